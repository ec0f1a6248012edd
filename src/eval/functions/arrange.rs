//! From the arguments of a call, some with names, to the places of the parameters.

use super::{Function, Many};

/// Why the arguments of a call do not fit its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misplaced {
    /// The argument at this index is one too many.
    TooMany(usize),
    /// The argument at this index has a name that no parameter has.
    Unknown(usize),
    /// The argument at this index is for a parameter that already has one.
    Twice(usize),
    /// These parameters have none.
    Missing(Vec<&'static str>),
}

/// For each argument the index of its place; places from the rest parameter's on belong to it.
pub(super) fn arrange(function: &Function, names: &[Option<&str>]) -> Result<Vec<usize>, Misplaced> {
    let mut places = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        let place = match name {
            Some(name) => function.parameters.iter().position(|p| p.name == *name).ok_or(Misplaced::Unknown(index))?,
            None if function.parameter(index).is_some() => index,
            None => return Err(Misplaced::TooMany(index)),
        };
        if places.contains(&place) {
            return Err(Misplaced::Twice(index));
        }
        places.push(place);
    }
    let missing = |(index, p): &(usize, &super::Parameter)| p.many == Many::One && !places.contains(index);
    let missing: Vec<&str> = function.parameters.iter().enumerate().filter(missing).map(|(_, p)| p.name).collect();
    if missing.is_empty() { Ok(places) } else { Err(Misplaced::Missing(missing)) }
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::Misplaced;

    #[test]
    fn names_and_places() {
        let generated = find("generated").unwrap();
        assert_eq!(generated.arrange(&[None, Some("hex")]), Ok(vec![0, 2]));
        assert_eq!(generated.arrange(&[None, Some("hax")]), Err(Misplaced::Unknown(1)));
        assert_eq!(generated.arrange(&[None, Some("path")]), Err(Misplaced::Twice(1)));
        assert_eq!(generated.arrange(&[Some("hex")]), Err(Misplaced::Missing(vec!["path"])));
        assert_eq!(find("concat").unwrap().arrange(&[None, None, None]), Ok(vec![0, 1, 2]));
        assert_eq!(find("lower").unwrap().arrange(&[None, None]), Err(Misplaced::TooMany(1)));
    }
}
