//! Random programs: texts that are right by construction, and are read as what they were made of.

use proptest::prelude::*;

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z][a-z0-9_]{0,6}", "[a-z]{1,3}-[a-z0-9]{1,3}"].prop_map(|word| match word.as_str() {
        "if" | "then" | "else" | "match" | "for" | "in" | "and" | "or" | "not" | "true" | "false" | "none" | "by" | "where" | "at"
        | "help" => "x".to_string(),
        _ => word,
    })
}

/// The keyword of a block with labels that are words: nothing that begins another item there.
fn keyword() -> impl Strategy<Value = String> {
    name().prop_map(|word| match word.as_str() {
        "fn" | "let" | "type" | "enum" | "input" | "output" | "check" => "x".to_string(),
        _ => word,
    })
}

fn literal() -> impl Strategy<Value = String> {
    prop_oneof![
        (0..1000u32).prop_map(|n| n.to_string()),
        Just("0.5".to_string()),
        Just("10.1.2.3".to_string()),
        Just("10.1.0.0/16".to_string()),
        Just("443/tcp".to_string()),
        Just("40GiB".to_string()),
        Just("30d".to_string()),
        Just("9.50EUR".to_string()),
        Just("none".to_string()),
        "[ -!#%-\\[\\]-z|~é]{0,12}".prop_map(|text| format!("\"{text}\"")),
        Just("\"\\n\\\"\\\\ \\u{e9} \\$\"".to_string()),
    ]
}

/// An expression; what binds loosely stands in parentheses now and then, and line breaks stand where they may.
pub fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![literal(), name()];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let operator = prop_oneof![
            Just(" ?? "),
            Just(" or "),
            Just(" and "),
            Just(" + "),
            Just(" - "),
            Just(" * "),
            Just("/ "),
            Just(" %\n"),
            Just("\n  + "),
            Just("\n and "),
            Just(" == "),
            Just(" in "),
            Just(" <= ")
        ];
        let separator = prop_oneof![Just(", "), Just(",\n"), Just("\n"), Just("\n\n # note\n")];
        prop_oneof![
            (inner.clone(), operator, inner.clone()).prop_map(|(a, o, b)| format!("({a}){o}({b})")),
            inner.clone().prop_map(|a| format!("not ({a})")),
            inner.clone().prop_map(|a| format!("-({a})")),
            (inner.clone(), name()).prop_map(|(a, n)| format!("({a}).{n}")),
            (inner.clone(), name()).prop_map(|(a, n)| format!("({a})?.{n}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})[{b}]")),
            (name(), inner.clone(), name(), inner.clone(), separator.clone()).prop_map(|(f, a, n, b, s)| format!("{f}({a}{s}{n} = {b})")),
            (proptest::collection::vec(inner.clone(), 0..4), separator.clone()).prop_map(|(v, s)| format!("[{}]", v.join(s))),
            (proptest::collection::vec((name(), inner.clone()), 0..4), separator.clone())
                .prop_map(|(v, s)| { format!("{{{}}}", v.iter().map(|(k, v)| format!("{k} = {v}")).collect::<Vec<_>>().join(s)) }),
            (proptest::collection::vec(name(), 1..4), separator.clone()).prop_map(|(v, s)| format!("{{{}}}", v.join(s))),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("(if {a} then {b}\nelse {c})")),
            (inner.clone(), inner.clone(), inner.clone(), separator)
                .prop_map(|(a, b, c, s)| format!("(match {a} {{ {b} => {c}{s}_ => {b} }})")),
            (name(), inner.clone(), inner.clone()).prop_map(|(x, a, b)| format!("[for {x} in {a} if {b} : {x}]")),
            (name(), name(), inner.clone(), inner.clone()).prop_map(|(k, v, a, b)| format!("{{ for {k}, {v} in {a} : {k} => {b} }}")),
            inner.prop_filter("an interpolation ends on its line", |a| !a.contains('\n')).prop_map(|a| format!("\"a ${{{a}}} b\"")),
        ]
    })
}

fn ty() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![name(), Just("Size".to_string()), Just("stack compute".to_string())];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|t| format!("list({t})")),
            (inner.clone(), inner.clone()).prop_map(|(k, v)| format!("map({k}, {v})?")),
            (name(), inner.clone(), name(), inner).prop_map(|(a, t, b, u)| format!("{{ {a}: {t}, {b}: {u} }}")),
        ]
    })
}

fn item() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (name(), expression()).prop_map(|(n, e)| format!("{n} = {e}")),
        (name(), expression()).prop_map(|(n, e)| format!("{n} += {e}")),
        keyword(),
        expression().prop_map(|e| format!("\"objectClass\" = {e}")),
        (name(), ty(), expression()).prop_map(|(n, t, e)| format!("input {n}: {t} = {e}\n  where it > 0 else \"no\"")),
        (name(), ty()).prop_map(|(n, t)| format!("output {n}: {t}")),
        (name(), expression()).prop_map(|(n, e)| format!("## doc\nlet {n} = {e}")),
        (expression(), expression()).prop_map(|(a, b)| format!("check ({a})\n  at ({b})\n  else \"m\" help \"h\"")),
        (name(), ty(), ty(), expression()).prop_map(|(n, a, b, e)| format!("fn {n}(x: {a}) -> {b} = {e}")),
        (ty(), expression()).prop_map(|(t, e)| format!("type Thing = {t} where ({e})")),
        Just("enum Size { small, large }".to_string()),
        Just("text = \"\"\"\n    one\n      two ${x}\n    \"\"\"".to_string()),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        (
            prop_oneof![
                keyword().prop_map(|k| format!("{k} label \"/etc/${{x}}\"")),
                (keyword(), expression()).prop_map(|(k, e)| format!("{k} a for x in {e} by x if {e}")),
                (name(), expression()).prop_map(|(x, e)| format!("for {x} in {e}")),
                expression().prop_map(|e| format!("if {e}")),
            ],
            proptest::collection::vec(inner, 0..4),
            prop_oneof![Just("\n"), Just(",\n"), Just("\n\n\n"), Just(" # c\n"), Just(", ")],
        )
            .prop_map(|(head, items, separator)| format!("{head} {{ {} \n}}", items.join(separator)))
    })
}

/// A file.
pub fn program() -> impl Strategy<Value = String> {
    proptest::collection::vec(item(), 0..6).prop_map(|items| items.join("\n") + "\n")
}
