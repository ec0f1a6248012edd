//! Constraints of versions as OpenTofu writes them: `~> 1.68`, `>= 1.2, < 2.0.0`.

/// The numbers of a version, the most important first; none where it is no version. What stands behind `-` or `+` does not count.
fn numbers(version: &str) -> Option<Vec<u64>> {
    let version = version.trim().trim_start_matches('v');
    let plain = version.split(['-', '+']).next().unwrap_or(version);
    plain.split('.').map(|number| number.parse().ok()).collect()
}

/// Whether a text is a version: numbers with dots between them, and what may stand behind those.
pub fn is_version(text: &str) -> bool {
    numbers(text).is_some()
}

/// Whether a version is one that a constraint takes; none where one of both cannot be read.
pub fn takes(constraint: &str, version: &str) -> Option<bool> {
    let version = numbers(version)?;
    let parts: Vec<bool> = constraint.split(',').map(|part| takes_part(part.trim(), &version)).collect::<Option<_>>()?;
    Some(parts.into_iter().all(|takes| takes))
}

fn takes_part(part: &str, version: &[u64]) -> Option<bool> {
    let at = part.find(|c: char| c.is_ascii_digit() || c == 'v')?;
    let (operator, wanted) = (part[..at].trim(), numbers(&part[at..])?);
    let length = version.len().max(wanted.len());
    let whole = |numbers: &[u64]| (0..length).map(|at| numbers.get(at).copied().unwrap_or(0)).collect::<Vec<_>>();
    let (version, least) = (whole(version), whole(&wanted));
    Some(match operator {
        "" | "=" => version == least,
        "!=" => version != least,
        ">" => version > least,
        ">=" => version >= least,
        "<" => version < least,
        "<=" => version <= least,
        // The last number that is said may grow.
        "~>" => {
            let fixed = wanted.len().saturating_sub(1).max(1).min(length);
            version >= least && (wanted.len() == 1 || version[..fixed] == least[..fixed])
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::takes;

    #[test]
    fn constraints_take_what_opentofu_takes() {
        for (constraint, version, wanted) in [
            ("~> 1.68", "1.68.0", Some(true)),
            ("~> 1.68", "1.70.2", Some(true)),
            ("~> 1.68", "2.0.0", Some(false)),
            ("~> 1.68", "1.67.9", Some(false)),
            ("~> 1.68.1", "1.68.7", Some(true)),
            ("~> 1.68.1", "1.69.0", Some(false)),
            ("~> 1", "2.0.0", Some(true)),
            (">= 1.2, < 2.0.0", "1.9", Some(true)),
            (">= 1.2, < 2.0.0", "2.0.0", Some(false)),
            ("1.2.3", "1.2.3", Some(true)),
            ("= 1.2", "1.2.0", Some(true)),
            ("!= 1.2.3", "1.2.3", Some(false)),
            ("> 1.2", "1.2.1-rc1", Some(true)),
            ("<= 1.2", "1.2.0", Some(true)),
            ("newest", "1.2.0", None),
            ("=> 1.2", "1.2.0", None),
            ("~> 1.2", "new", None),
        ] {
            assert_eq!(takes(constraint, version), wanted, "{constraint} {version}");
        }
    }
}
