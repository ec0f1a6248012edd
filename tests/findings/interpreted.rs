//! Enums whose members the compiler interprets: a member that it does not know is one finding, at its declaration.

use crate::mistakes;
use crate::root;
use infrac::base::Workspace;
use infrac::driver::{self, Options};
use infrac::hir::INTERPRETED;

#[test]
fn a_member_that_the_compiler_does_not_know_is_told_where_it_is_declared() {
    let sources = mistakes::sources(root()).unwrap();
    for interpreted in INTERPRETED {
        let head = format!("enum {} {{ ", interpreted.name);
        let mut files = sources.clone();
        let declares = files.iter_mut().filter(|(_, text)| text.contains(&head)).collect::<Vec<_>>();
        assert_eq!(declares.len(), 1, "the library declares `{}` once", interpreted.name);
        for (_, text) in declares {
            for member in interpreted.members {
                let body = text.split_once(&head).unwrap().1.split_once('}').unwrap().0;
                assert!(body.split(',').any(|word| word.trim() == *member), "the library's `{}` lacks `{member}`", interpreted.name);
            }
            *text = text.replacen(&head, &format!("{head}unheard_of, "), 1).into();
        }
        let workspace = Workspace::new(files);
        let found = driver::compile(&workspace, &Options::default()).diagnostics;
        let [finding] = found.as_slice() else { panic!("{}: {found:#?}", interpreted.name) };
        assert_eq!(workspace.text(finding.primary.span), "unheard_of", "{finding:#?}");
        assert!(finding.message.contains(&format!("`{}`", interpreted.name)), "{finding:#?}");
    }
}
