//! A tree of tree-sitter in the form of `dump`.

use tree_sitter::Node;

/// The tree of a file that was read without a mistake.
pub fn tree(node: Node, text: &str) -> String {
    Reader { text }.children(node)
}

struct Reader<'a> {
    text: &'a str,
}

fn named(node: Node) -> Vec<Node> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| !child.is_extra()).collect()
}

impl Reader<'_> {
    fn slice(&self, node: Node) -> &str {
        &self.text[node.byte_range()]
    }

    fn list<'a>(&self, nodes: impl IntoIterator<Item = Node<'a>>) -> String {
        nodes.into_iter().map(|node| self.node(node)).collect::<Vec<_>>().join(" ")
    }

    fn children(&self, node: Node) -> String {
        self.list(named(node))
    }

    fn field(&self, node: Node, name: &str) -> String {
        self.node(node.child_by_field_name(name).unwrap_or_else(|| panic!("{name} of {node}")))
    }

    /// The children in brackets, with a word before them.
    fn tagged(&self, tag: &str, node: Node) -> String {
        format!("({tag} {})", self.children(node))
    }

    /// A literal or a string as the parser reads it alone: that it ends where it should shows in everything behind it.
    fn value(&self, node: Node) -> String {
        let file = infrac::syntax::parse(infrac::base::FileId(0), &format!("x = {}", self.slice(node))).0;
        let all = crate::dump::dump(&file);
        all.strip_prefix("(attribute x = ").and_then(|rest| rest.strip_suffix(')')).unwrap_or_default().to_string()
    }

    /// The sign or word between two operands.
    fn operator(&self, node: Node) -> &'static str {
        let mut cursor = node.walk();
        let sign = node.children(&mut cursor).find(|child| !child.is_named() && !child.is_extra()).map(|sign| self.slice(sign));
        match sign.unwrap_or_default() {
            "??" => "Default",
            "or" => "Or",
            "and" => "And",
            "in" => "In",
            "==" => "Equal",
            "!=" => "NotEqual",
            "<=" => "LessEqual",
            ">=" => "GreaterEqual",
            "<" => "Less",
            ">" => "Greater",
            "+" => "Add",
            "-" => "Subtract",
            "*" => "Multiply",
            "/" => "Divide",
            "%" => "Remainder",
            other => panic!("no operator: {other:?} in {node}"),
        }
    }

    fn node(&self, node: Node) -> String {
        let text = self.slice(node);
        match node.kind() {
            "identifier" | "property" | "label" | "keyword" | "parameter_name" | "type_name" | "wildcard" => text.to_string(),
            "enum_member" => self.children(node),
            "attribute" => {
                let operator = node.child_by_field_name("operator").map(|operator| self.slice(operator)).unwrap_or_default();
                let name = node.child_by_field_name("name").unwrap_or(node);
                let name = match name.kind() {
                    "string" => {
                        let quoted = self.value(name).trim_start_matches("(string ").trim_end_matches(')').to_string();
                        let inner = quoted.trim_matches('"').to_string();
                        if crate::dump::name(&inner) == inner { inner } else { quoted }
                    }
                    _ => self.node(name),
                };
                format!("(attribute {name} {operator} {})", self.field(node, "value"))
            }
            "block" => self.tagged("block", node),
            "body" => format!("[{}]", self.children(node)),
            "repeat" => self.tagged("repeat", node),
            "condition" => self.tagged("if", node),
            "binding" | "parameter" | "field" | "arm" => format!("({})", self.children(node)),
            "repetition" => self.tagged("for", node),
            "guard" => self.tagged("guard", node),
            "input" | "output" | "let" | "check" => self.tagged(node.kind(), node),
            "refinement" => self.tagged("where", node),
            "place" => self.tagged("at", node),
            "message" => self.tagged("else", node),
            "advice" => self.tagged("help", node),
            "function" => format!(
                "(fn {} [{}] {} {})",
                self.field(node, "name"),
                self.field(node, "parameters"),
                self.field(node, "result"),
                self.field(node, "value")
            ),
            "parameters" | "type_arguments" => self.children(node),
            "type_alias" => self.tagged("type", node),
            "enum" => {
                let parts = named(node);
                format!("(enum {} [{}])", self.node(parts[0]), self.list(parts[1..].iter().copied()))
            }
            "named_type" | "record_type" => {
                let tag = if node.kind() == "named_type" { "type" } else { "record" };
                let optional = if text.ends_with('?') { "?" } else { "" };
                let inner = self.tagged(tag, node);
                let inner = if tag == "type" { inner.replace(" )", ")") } else { inner };
                format!("{inner}{optional}")
            }
            "conditional" => self.tagged("if", node),
            "match" => self.tagged("match", node),
            "binary" => format!("({} {})", self.operator(node), self.children(node)),
            "unary" => format!("({} {})", if text.starts_with('-') { "Negate" } else { "Not" }, self.children(node)),
            "member" => {
                let parts = named(node);
                match parts.as_slice() {
                    [base, maybe, field] if maybe.kind() == "maybe" => format!("(. (Maybe {}) {})", self.node(*base), self.node(*field)),
                    parts => format!("(. {})", self.list(parts.iter().copied())),
                }
            }
            "index" => self.tagged("index", node),
            "parenthesized" => self.tagged("paren", node),
            "call" => format!("(call {} {})", self.field(node, "function"), self.field(node, "arguments")),
            "arguments" => self.children(node),
            "argument" => match node.child_by_field_name("name") {
                Some(name) => format!("{}={}", self.node(name), self.field(node, "value")),
                None => self.children(node),
            },
            "list" => format!("[{}]", self.children(node)),
            "map" => format!("{{{}}}", self.children(node)),
            "alone" => format!("(attribute {text} = {text})"),
            "entry" if node.child_by_field_name("key").is_none() => format!("{text:?}={text}"),
            "entry" => {
                let key = node.child_by_field_name("key").unwrap();
                let key = match (key.kind(), self.slice(key)) {
                    ("string", "\"\"") => "\"\"".to_string(),
                    ("string", _) => self.value(key).trim_start_matches("(string ").trim_end_matches(')').to_string(),
                    (_, text) => format!("{text:?}"),
                };
                format!("{key}={}", self.field(node, "value"))
            }
            "list_for" | "map_for" => {
                let parts: Vec<String> = named(node)
                    .into_iter()
                    .map(|child| {
                        let is_key = node.child_by_field_name("key") == Some(child);
                        let inner = self.node(child);
                        if is_key { format!("(key {inner})") } else { inner }
                    })
                    .collect();
                format!("({} {})", node.kind().replace('_', "-"), parts.join(" "))
            }
            "string" | "boolean" | "none" | "integer" | "float" | "address" | "range" | "port" | "quantity" => self.value(node),
            other => panic!("unknown node {other}: {text}"),
        }
    }
}
