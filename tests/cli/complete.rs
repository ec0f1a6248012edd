//! Completions in the shells themselves, and manual pages as they are read.

use super::{Session, empty};
use std::path::Path;
use std::process::Command;

/// Two products in their folders.
fn fleet() -> Session {
    let session = empty();
    session.run(&["init", "acme", "--template", "fleet"]).ends(0);
    session
}

/// What a shell says to a script, with infrac on its path; nothing where the shell is not there.
fn shell(session: &Session, program: &str, script: &str) -> Option<String> {
    let own = Path::new(env!("CARGO_BIN_EXE_infrac")).parent().unwrap().to_str().unwrap();
    let mut command = Command::new(program);
    command.args(["-c", script]).current_dir(session.folder.path());
    command.env("PATH", format!("{own}:{}", std::env::var("PATH").unwrap())).env("XDG_CACHE_HOME", session.caches.path());
    let output = match command.output() {
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("{program} is not there");
            return None;
        }
        output => output.unwrap(),
    };
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

/// A line that is typed, what is offered, and what is not.
const LINES: &[(&str, &[&str], &[&str])] = &[
    ("infrac bu", &["build"], &["check", "debug"]),
    ("infrac check --product acme-s", &["acme-shop", "acme-store"], &["acme-api"]),
    ("infrac build --env ", &["staging", "prod"], &["acme-api"]),
    ("infrac build --renumber acme-api/prod/", &["acme-api/prod/web"], &["acme-shop/prod/web"]),
    ("infrac explain cidr-", &["cidr-overlap"], &["insecure"]),
    ("infrac explain IC040", &["IC0401"], &["IC0101"]),
    ("infrac doc hcl", &[], &["compute"]),
    ("infrac doc comp", &["compute"], &["firewall"]),
    ("infrac check --output s", &["sarif"], &["json"]),
    ("infrac doc --format ", &["markdown", "json"], &["acme-api"]),
    ("infrac why acme-store.", &["acme-store.web"], &["acme-api.web"]),
    ("infrac check --provider ", &["hetzner", "all"], &["acme-api"]),
    ("infrac graph --focus we", &["web"], &["acme-api"]),
    ("infrac reach --from int", &["internet"], &["acme-api"]),
    ("infrac reach --to acme-api-prod", &["acme-api-prod-web"], &["acme-shop-prod-web"]),
    ("infrac doc module ", &["network"], &["hetzner"]),
    ("infrac why inven", &["inventory/"], &["acme-api.web"]),
    ("infrac --project . check --product acme-a", &["acme-api"], &["acme-shop"]),
];

#[track_caller]
fn offers(shell: &str, line: &str, said: &str, wanted: &[&str], others: &[&str]) {
    let words: Vec<&str> = said.split(|c: char| c.is_whitespace() || c == ':').collect();
    assert!(wanted.iter().all(|word| words.contains(word)), "{shell}: {line:?} gives\n{said}");
    assert!(!others.iter().any(|word| words.contains(word)), "{shell}: {line:?} gives\n{said}");
}

#[test]
fn bash_offers_names_of_the_project() {
    let session = fleet();
    for (line, wanted, others) in LINES {
        // As readline calls it: the words, which one is typed, and the function that was registered.
        let script = format!(
            "source <(infrac completions bash); line={line:?}; read -ra COMP_WORDS <<< \"$line\"; \
             case $line in *' ') COMP_WORDS+=('');; esac; COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); COMP_TYPE=9; \
             compopt() {{ :; }}; set -- $(complete -p infrac); while [ \"$1\" != -F ]; do shift; done; \
             \"$2\" infrac \"${{COMP_WORDS[COMP_CWORD]}}\" ''; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        offers("bash", line, &shell(&session, "bash", &script).unwrap(), wanted, others);
    }
}

/// Bash parts words at `=` and `:`, and puts what is chosen in the place of the last part.
#[test]
fn bash_completes_the_part_behind_an_equals_sign() {
    let session = fleet();
    for (words, wanted) in [
        ("infrac check --output = sa", "sarif"),
        ("infrac check --product = acme-st", "acme-store"),
        ("infrac --project = . check --product = acme-st", "acme-store"),
    ] {
        let script = format!(
            "source <(infrac completions bash); COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); COMP_TYPE=9; \
             compopt() {{ :; }}; set -- $(complete -p infrac); while [ \"$1\" != -F ]; do shift; done; \
             \"$2\" infrac \"${{COMP_WORDS[COMP_CWORD]}}\" ''; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        assert_eq!(shell(&session, "bash", &script).unwrap().trim(), wanted, "{words}");
    }
    let open = "source <(infrac completions bash); COMP_WORDS=(infrac check --output =); COMP_CWORD=3; COMP_TYPE=9; compopt() { :; }; \
                set -- $(complete -p infrac); while [ \"$1\" != -F ]; do shift; done; \"$2\" infrac '' ''; echo ${COMPREPLY[*]}";
    offers("bash", "--output=", &shell(&session, "bash", open).unwrap(), &["sarif", "json"], &["--output=sarif"]);
}

#[test]
fn fish_and_zsh_do_too() {
    let session = fleet();
    for (line, wanted, others) in LINES {
        if let Some(said) = shell(&session, "fish", &format!("infrac completions fish | source; complete -C {line:?}")) {
            offers("fish", line, &said, wanted, others);
        }
        // The function of zsh, with what hands the matches to the line editor written out.
        let script = format!(
            "infrac completions zsh > _infrac; compdef() {{ :; }}; _describe() {{ print -l -- \"${{(@P)@[-1]}}\" \"${{(@P)@[2]}}\"; }}; \
             source ./_infrac; words=(\"${{(@s: :)${{:-{line}}}}}\"); CURRENT=${{#words}}; _clap_dynamic_completer_infrac"
        );
        if let Some(said) = shell(&session, "zsh", &script) {
            offers("zsh", line, &said, wanted, others);
        }
    }
}

#[test]
fn outside_of_a_project_commands_and_codes_are_offered() {
    let script = "INFRAC_COMPLETE=bash _CLAP_COMPLETE_INDEX=2 _CLAP_IFS=' ' infrac -- infrac explain IC0401";
    offers("bash", "explain", &shell(&empty(), "bash", script).unwrap(), &["IC0401"], &[]);
    let script = "INFRAC_COMPLETE=bash _CLAP_COMPLETE_INDEX=3 _CLAP_IFS=' ' infrac -- infrac check --product ''";
    assert_eq!(shell(&empty(), "bash", script).unwrap().trim(), "");
}

#[test]
fn examples_of_manual_pages_keep_their_lines() {
    let session = empty();
    session.run(&["man", "pages"]).ends(0);
    let mut pages = 0;
    for entry in std::fs::read_dir(session.folder.path().join("pages")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let source = session.read(&format!("pages/{name}"));
        let command: Vec<&str> = name.trim_end_matches(".1").split('-').skip(1).collect();
        let help = session.run(&[&command[..], &["--help"]].concat()).out;
        let Some((_, examples)) = help.split_once("Examples:\n") else {
            assert!(!source.contains("EXAMPLES"), "{name}");
            continue;
        };
        let Some(read) = groff(&session, &name) else { continue };
        for example in examples.lines().map(str::trim).filter(|line| line.starts_with("infrac ") && line.len() < 70) {
            assert!(read.lines().any(|line| line.trim() == example), "{name}: {example:?} is no line of\n{read}");
        }
        pages += 1;
    }
    assert!(pages > 6 || groff(&session, "infrac.1").is_none(), "{pages}");
}

/// A page as it is read in a terminal of 80 columns; nothing where groff is not there.
fn groff(session: &Session, name: &str) -> Option<String> {
    let mut command = Command::new("groff");
    command.args(["-man", "-Tutf8", "-P-c", "-P-b", "-P-o", "-P-u", "-rLL=80n"]).arg(session.folder.path().join("pages").join(name));
    let output = command.output().ok()?;
    assert!(output.status.success() && output.stderr.is_empty(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap().replace('‐', "-"))
}
