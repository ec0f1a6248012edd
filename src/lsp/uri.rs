//! Paths as URIs.

use crate::base::percent;
use gen_lsp_types::Uri;
use std::path::{Path, PathBuf};

/// The URI of an absolute path.
pub(super) fn of_path(path: &Path) -> Uri {
    let text = path.to_string_lossy();
    let mut uri = String::from("file://");
    if cfg!(windows) {
        uri.push('/');
    }
    let text = if cfg!(windows) { text.replace('\\', "/").into() } else { text };
    percent::encode(&text, b"/", &mut uri);
    Uri(uri)
}

/// The absolute path of a URI, where it names a file of this machine.
pub(super) fn to_path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.0.strip_prefix("file://")?;
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let mut bytes = Vec::new();
    let mut left = rest.split(['?', '#']).next()?.bytes();
    while let Some(byte) = left.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [left.next()?, left.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            byte => byte,
        });
    }
    let text = String::from_utf8(bytes).ok()?;
    let text = if cfg!(windows) { text.trim_start_matches('/').replace('/', "\\") } else { text };
    let path = PathBuf::from(text);
    (path.is_absolute() && !path.as_os_str().as_encoded_bytes().contains(&0)).then_some(path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn paths_come_back() {
        for path in ["/a/b.infra", "/with space/ü#?%.infra", "/"] {
            assert_eq!(to_path(&of_path(Path::new(path))), Some(PathBuf::from(path)));
        }
        assert_eq!(of_path(Path::new("/a b")).0, "file:///a%20b");
        for uri in ["untitled:Untitled-1", "file://other/a", "file:///a%2", "file:///a%zz", "file:///%00", "a"] {
            assert_eq!(to_path(&uri.into()), None, "{uri}");
        }
    }
}
