//! A value of a type for a test: the least that a rule of the library would accept.

use crate::artifact::yaml::{Map, Node};
use crate::eval::text_of;
use crate::ty::Ty;
use crate::value::Value;

/// The value as an inventory has it.
pub fn example(ty: &Ty) -> Node {
    match ty.plain() {
        Ty::Bool => Node::Bool(true),
        Ty::Int => Node::Int(1),
        Ty::Port => Node::Int(8443),
        Ty::Bytes => Node::Int(1 << 30),
        Ty::Duration => Node::Int(60),
        Ty::Money => Node::Int(100),
        Ty::Float => Node::Float(1.0),
        // Not the address on which services answer their own machine.
        Ty::Ip => "127.0.0.2".into(),
        Ty::Cidr => "10.0.0.0/24".into(),
        Ty::Protocol => "8443/tcp".into(),
        Ty::Fqdn => "test.example.com".into(),
        Ty::Email => "test@example.com".into(),
        Ty::Url => "https://test.example.com".into(),
        Ty::Path => "/tmp/test".into(),
        Ty::Version => "1.0.0".into(),
        Ty::Enum(words) => words.members.first().cloned().unwrap_or_default().into(),
        Ty::List(of) => Node::from(vec![example(of)]),
        Ty::Map(of) => Node::Map(Map::new().with("test", example(of))),
        Ty::Record(record) => {
            let fields = record.fields.iter().map(|field| (field.name.clone(), example(&field.ty)));
            Node::Map(fields.collect())
        }
        Ty::Optional(of) => example(of),
        // Thirty-two bytes in base64, which most formats of keys take.
        Ty::Secret(_) => "dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=".into(),
        _ => "test".into(),
    }
}

/// A value that the library gives.
pub fn node(value: &Value) -> Node {
    match value {
        Value::Bool(value) => Node::Bool(*value),
        Value::Int(value) => Node::Int(*value),
        Value::Float(value) => Node::Float(*value),
        Value::Bytes(bytes) => Node::Int(i64::try_from(*bytes).unwrap_or(i64::MAX)),
        Value::Duration(milliseconds) => Node::Int(i64::try_from(milliseconds / 1000).unwrap_or(i64::MAX)),
        Value::List(list) => Node::from(list.iter().map(node).collect::<Vec<_>>()),
        Value::Map(map) => Node::Map(map.iter().map(|(key, value)| (key.clone(), node(value))).collect()),
        value => text_of(value).map_or(Node::Null, Node::from),
    }
}

#[cfg(test)]
mod tests {
    use super::example;
    use crate::artifact::yaml::Node;
    use crate::ty::Ty;

    #[test]
    fn examples_have_the_shape_of_their_type() {
        let peers = Ty::record([("name".into(), Ty::Name), ("addresses".into(), Ty::Ip.list())]).list();
        let Node::Seq(list) = example(&peers) else { panic!("a list is expected") };
        assert_eq!(list.items[0].value.get("addresses"), Some(&Node::from(vec!["127.0.0.2"])));
        assert_eq!(example(&Ty::Bytes.optional()), Node::Int(1 << 30));
    }
}
