//! The words of the language: what each says, and how it is written.

use super::Entry;

/// A word, how it stands in a source, and what it says as sentences.
type Word = (&'static str, &'static str, &'static str);

/// Every word that means something by itself.
const WORDS: &[Word] = &[
    ("and", "a and b", "Both are true. The right side is looked at only where the left one is true."),
    ("at", "check condition at x else \"…\"", "Which value a finding of a `check` points to; otherwise it points to the instance."),
    (
        "because",
        "waive CODE { on = [NAME], because = \"…\" }",
        "The reason of a waiver, for who reads it later; `infrac doc product.waive` says the rest.",
    ),
    (
        "by",
        "resource TYPE NAME for x in list by x.name { … }",
        "The key that says which of the resources of a repetition is which: an element that goes takes its own resource along, and no other.",
    ),
    (
        "check",
        "check condition at x else \"…\" help \"…\"",
        "A rule over the inputs of a definition. Where the condition is false there is a finding with the text behind `else`; `at` says which \
         value is blamed, `help` what to do. In a test it says what has to be true.",
    ),
    (
        "data",
        "data TYPE NAME { … }",
        "Something that the provider has already and a unit reads. It stands in an `implement`; its arguments are those of the provider's \
         schema, which `infrac doc TYPE` prints.",
    ),
    (
        "define",
        "define KEYWORD NAME { … }",
        "Declares a module, a service, a stack, a provider, an image, a policy or another definition. It stands in a library or in a \
         product's folder; instances of it are written `KEYWORD NAME NAME_OF_ITS_OWN { … }`.",
    ),
    (
        "else",
        "if condition then a else b",
        "The value where the condition of an `if` is false. Behind a rule (`where`, `check`) it is the text of the finding.",
    ),
    ("enum", "enum Name { one, other }", "A type of a few words. Where one is expected, the word alone is written: `size = small`."),
    (
        "environment",
        "match environment { prod => 3, _ => 1 }",
        "The environment for which something is evaluated, as a word. What differs in one environment is said by `in` too.",
    ),
    (
        "expect",
        "expect { codes = [CODE] }",
        "In a test: the findings that there must be, and no others. `infrac doc kind test` says the rest.",
    ),
    (
        "extend",
        "extend KEYWORD NAME { … }",
        "Adds to a definition that stands elsewhere, in the library too: inputs, values, outputs, blocks, members of an enum, and with `+=` \
         elements of a list. It changes and removes nothing.",
    ),
    ("false", "public = false", "What is not so; a value of `bool`."),
    (
        "fn",
        "fn name(x: int) -> int = x * 2",
        "A function of your own: typed parameters, a typed result, one expression. It sees its parameters alone and may not call itself.",
    ),
    (
        "for",
        "[for x in list if x > 1 : x * 2]",
        "Goes through a list or a map: `[for x in list : value]` makes a list, `{ for x in list : key => value }` a map; `for i, x in list` \
         has the place as well, `for k, v in map` the key, and `if` keeps some. Behind a head it repeats a resource, a block or a step; in a \
         definition `for x in list { check … }` is a rule for each element.",
    ),
    ("help", "check condition else \"…\" help \"…\"", "What a finding says that there is to do; behind a rule, optional."),
    (
        "if",
        "if condition then a else b",
        "One of two values of one type. Behind the head of an instance, a resource or a block it keeps that out where the condition is false, \
         and behind a `for` it keeps some elements.",
    ),
    (
        "implement",
        "implement MODULE on PROVIDER { … }",
        "The body of a module with the resources of a provider. It becomes the `main.tf` of a folder of `modules/`.",
    ),
    (
        "in",
        "in staging { servers = 1 }",
        "In an instance, what is different in one environment: `=` replaces, `+=` adds to a list or map, `-=` takes away from a list. In an \
         expression it asks whether a list has an element, a map a key, a network an address: `2 in [1, 2]`. Behind `for` stands what is gone \
         through.",
    ),
    (
        "input",
        "input name: int = 2 where it > 0",
        "What an instance of a definition sets. Without a default it has to; `where` is a rule that the value keeps.",
    ),
    ("it", "input servers: int where it > 0", "The value that a rule behind `where` is about."),
    (
        "let",
        "let name = value",
        "A value with a name, in a definition. It is computed where it is asked for, and nobody outside sets it; a type may stand behind the \
         name.",
    ),
    (
        "match",
        "match size { small => 1, medium => 2, _ => 4 }",
        "The value of the first arm that fits; `_` is any other value. Over an enum it has to name every member or `_`.",
    ),
    ("none", "input email: email? = none", "What is absent. A value of a type `T?` may be it; `??` says what stands in for it."),
    ("not", "not a", "True where its value is false."),
    (
        "on",
        "stack compute web { on = eu }",
        "Of an instance, the provider that it runs on; `infrac check --provider all` says which would do. `implement MODULE on PROVIDER` is \
         what a module is there.",
    ),
    (
        "only",
        "stack compute web { only = [prod] }",
        "The only environments in which a stack or a service is there; otherwise it is there in each.",
    ),
    ("or", "a or b", "One of them is true, or both. The right side is looked at only where the left one is false."),
    (
        "output",
        "output name: string = value",
        "What others may ask an instance for. In a module, one without a value is known only when the unit was applied: its type is \
         `deferred(T)`.",
    ),
    (
        "resource",
        "resource TYPE NAME { … }",
        "Something that a unit makes. It stands in an `implement`; its arguments are those of the provider's schema, which `infrac doc TYPE` \
         prints.",
    ),
    (
        "test",
        "test \"what must be true\" { … }",
        "A test of a library, which `infrac test` runs without a cloud. `infrac doc kind test` says what it holds.",
    ),
    ("then", "if condition then a else b", "The value where the condition of an `if` is true."),
    ("true", "public = true", "What is so; a value of `bool`."),
    ("type", "type Votes = int where it in [1, 3, 5]", "A type with a name: a record, or another type with a rule that its values keep."),
    (
        "where",
        "input servers: int where 1 <= it and it <= 100 else \"…\"",
        "A rule of a type or an input; `it` is the value. `else` is what a finding says, `help` what to do about it.",
    ),
];

/// Every type that is built in, how a value of it or the type is written, and what its values are.
const TYPES: &[Word] = &[
    ("any", "input value: any", "Whatever is given; for blocks that hand values on."),
    ("bool", "input open: bool = true", "`true` or `false`."),
    (
        "bytes",
        "input size: bytes = 40GiB",
        "An amount of memory: a number with `B`, `KiB`, `MiB`, `GiB` or `TiB`, or `kB`, `MB`, `GB` or `TB`.",
    ),
    (
        "cidr",
        "input range: cidr = 10.0.0.0/16",
        "A network of version 4 or 6, without bits behind its prefix. It has `first`, `last`, `prefix` and `family`.",
    ),
    ("constraint", "input range: constraint = \"~> 1.12\"", "Which versions will do, as OpenTofu writes it."),
    (
        "deferred",
        "output id: deferred(string)",
        "A value that only a tool will know: an output of a module that has no value in the source. It can be given on, put into text and \
         computed with; the tool does the computing.",
    ),
    ("duration", "input wait: duration = 5m", "A span of time: a number with `ms`, `s`, `m`, `h`, `d` or `w`."),
    ("email", "input mail: email = \"ada@example.com\"", "An address of mail."),
    ("float", "input share: float = 0.5", "A finite number of 64 bits; a whole number is one, too."),
    ("fqdn", "input zone: fqdn = \"example.com\"", "A domain name of at least two labels, without a final dot."),
    ("int", "input servers: int = 2", "A whole number of 64 bits, which never wraps."),
    ("ip", "input address: ip = 10.0.0.1", "An address of version 4 or 6; one of version 6 stands in quotes."),
    (
        "list",
        "input names: list(string) = [\"a\", \"b\"]",
        "Values of one type, in order. An element is asked for by its place: `names[0]`.",
    ),
    ("map", "input marks: map(int) = { a = 1, b = 2 }", "Values of one type by text, in order: `marks.a` or `marks[\"a\"]`."),
    ("money", "input price: money = 9.50EUR", "An amount of a currency."),
    ("name", "input label: name = web-1", "A word of the language: lower-case letters, digits, `_`, `-`, a letter first."),
    ("path", "input place: path = \"/etc/x\"", "An absolute path on a machine."),
    ("port", "input listen: port = 443", "A number from 1 to 65535; with its transport it is a `protocol`."),
    (
        "protocol",
        "input open: protocol = 443/tcp",
        "What firewalls tell apart: a port with its transport, a span of ports (`30000..30100/udp`), or a protocol without ports (`icmp`, \
         `esp`, `gre`). It has `number` and `protocol`.",
    ),
    ("secret", "input key: secret(string) = secret(\"env:KEY\")", "A reference to a secret, never its value."),
    ("string", "input text: string = \"web\"", "Any text, in double quotes; `${…}` puts a value into it."),
    ("url", "input page: url = \"https://example.com/x\"", "An absolute URL."),
    ("version", "input least: version = \"1.12.6\"", "A version of three numbers, and what may follow them."),
];

/// The pages of the words of the language, and of the types that are built in.
pub(super) fn words() -> impl Iterator<Item = Entry> {
    let of = |family: &'static str, words: &'static [Word]| words.iter().map(move |word| entry(family, word));
    of("word", WORDS).chain(of("type", TYPES))
}

fn entry(family: &str, (word, form, said): &Word) -> Entry {
    Entry {
        family: family.into(),
        name: (*word).into(),
        head: (*form).to_owned(),
        summary: super::read::first_sentence(said).to_owned(),
        doc: (*said).to_owned(),
        place: None,
        sections: Vec::new(),
        source: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lexer's own list is the measure: a word that it learns has a page.
    #[test]
    fn every_word_of_the_language_has_a_page() {
        let lexer = include_str!("../syntax/lexer/words.rs");
        let known: Vec<&str> =
            lexer.lines().filter_map(|line| line.trim().strip_prefix("b\"")?.split_once("\" => Kind::")).map(|(word, _)| word).collect();
        assert!(known.len() > 20, "{known:?}");
        for word in known {
            assert!(WORDS.iter().any(|(name, ..)| *name == word), "{word}");
        }
        for words in [WORDS, TYPES] {
            assert!(words.windows(2).all(|pair| pair[0].0 < pair[1].0));
            let odd: Vec<_> = words.iter().filter(|(word, form, said)| !form.contains(word) || !said.ends_with('.')).collect();
            assert!(odd.is_empty(), "{odd:?}");
        }
    }
}
