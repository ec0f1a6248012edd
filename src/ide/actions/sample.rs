//! A value of a type that somebody will replace: what is in scope and fits, otherwise the shortest one of its form.

use super::super::Analysis;
use crate::base::FileId;
use crate::ty::Ty;

/// A value of a type, as it is written in a file.
pub(super) fn of(analysis: Analysis<'_>, file: FileId, ty: &Ty) -> String {
    match ty {
        Ty::Refined(refined) => of(analysis, file, &refined.base),
        Ty::Deferred(inner) | Ty::Secret(inner) => of(analysis, file, inner),
        Ty::Optional(_) | Ty::None | Ty::Error => "none".to_owned(),
        Ty::Bool => "false".to_owned(),
        Ty::Int => "1".to_owned(),
        Ty::Float => "1.0".to_owned(),
        Ty::String => "\"\"".to_owned(),
        Ty::Name => "\"name\"".to_owned(),
        Ty::Ip => "10.0.0.1".to_owned(),
        Ty::Cidr => "10.0.0.0/24".to_owned(),
        Ty::Port => "443".to_owned(),
        Ty::Protocol => "443/tcp".to_owned(),
        Ty::Fqdn => "\"example.com\"".to_owned(),
        Ty::Email => "\"ops@example.com\"".to_owned(),
        Ty::Url => "\"https://example.com\"".to_owned(),
        Ty::Path => "\"/srv\"".to_owned(),
        Ty::Bytes => "1GiB".to_owned(),
        Ty::Duration => "1h".to_owned(),
        Ty::Money => "1EUR".to_owned(),
        Ty::Version => "\"1.0.0\"".to_owned(),
        Ty::Constraint => "\"~> 1.0\"".to_owned(),
        Ty::Enum(known) => known.members.first().map(ToString::to_string).unwrap_or_default(),
        Ty::List(_) => "[]".to_owned(),
        Ty::Map(_) => "{}".to_owned(),
        Ty::Record(record) => {
            let needed = record.fields.iter().filter(|field| !matches!(field.ty.plain(), Ty::Optional(_)));
            let fields = needed.map(|field| format!("{} = {}", field.name, of(analysis, file, &field.ty)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        Ty::Instance(keyword, definition) => {
            let instances = analysis.product(file).map(|product| product.instances.as_slice()).unwrap_or_default();
            let fits = instances.iter().find(|instance| {
                instance.keyword == *keyword && definition.as_ref().is_none_or(|definition| instance.definition.text == *definition)
            });
            fits.map_or("none".to_owned(), |instance| instance.name.text.to_string())
        }
        Ty::Definition(keyword) => {
            let mut all = analysis.program().map(|program| program.definitions.keys()).into_iter().flatten();
            all.find(|(of, _)| of == keyword).map_or("none".to_owned(), |(_, name)| name.to_string())
        }
    }
}
