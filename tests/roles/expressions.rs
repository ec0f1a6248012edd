//! What an expression is does not depend on who computes it: the compiler, Ansible in a role, OpenTofu in a module. What a tool
//! would compute otherwise is refused there.

use crate::tools::Folder;
use crate::{PRODUCT, compiled};
use infrac::diag::Code;
use infrac::driver::Outcome;
use serde_json::Value;
use std::collections::BTreeMap;

/// What the expressions are made of, in a service and in a module alike.
const INPUTS: &str = r#"
  input s:    string = "a-b c/%{x}\"é"
  input n:    int = 7
  input neg:  int = -7
  input f:    float = 2.5
  input whole: float = 2.0
  input l:    list(string) = ["b", "A", "a", "b"]
  input li:   list(int) = [3, 10, 9]
  input truths: list(bool) = [true, false]
  input m:    map(string) = { a = "2", z = "1" }
  input o:    string? = none
  input empty: string? = ""
  input zero: int? = 0
  input off:  bool? = false
  input none_of_them: list(string)? = []
  input rec:  { a: int?, b: string } = { b = "x" }
  input recs: list({ name: string, size: int? }) = [{ name = "p" }, { name = "q", size = 3 }]
  input c:    cidr = 10.1.0.0/16
  input i:    ip = 10.1.2.3
  input ips:  list(ip) = [10.1.10.3, 10.1.2.3]
  input d:    duration = 90s
  input waits: list(duration) = [1m, 90s]
  input sz:   bytes = 1536MiB
  input p:    protocol = 443/tcp
  input pr:   protocol = 100..200/udp
  input on_it: bool = true
  input mo:   money = 1.50EUR
  input pt:   port = 80
"#;

/// Expressions with their types, and who of the two tools refuses each.
const TABLE: &[(&str, &str, &str)] = &[
    ("string", "upper(s)", ""),
    ("string", r#""${s}-${n}""#, ""),
    ("string", r#""${n}""#, ""),
    ("string", r#""${pt}""#, ""),
    ("string", r#""${on_it}""#, ""),
    ("string", r#""it is ${on_it}""#, ""),
    ("string", r#""${f}""#, ""),
    ("string", r#""${whole} of them""#, ""),
    ("string", r#""${i} in ${c}""#, ""),
    ("string", r#""${p} ${pr}""#, ""),
    ("string", r#""${d}""#, "both"),
    ("string", r#""wait ${d}""#, "both"),
    ("string", r#""${2 * d}""#, "both"),
    ("string", r#""${sz}""#, "both"),
    ("string", r#""${mo}""#, "module"),
    ("string", "to_string(n)", ""),
    ("string", "to_string(on_it)", ""),
    ("string", "to_string(d)", "both"),
    ("string", "to_json(waits)", "both"),
    ("string", r#"join(l, "-")"#, ""),
    ("string", r#"join(truths, "-")"#, ""),
    ("string", r#"join(waits, "-")"#, "both"),
    ("string", r#"replace(s, "b", "%{")"#, ""),
    ("string", "trim(s)", ""),
    ("string", "base64(s)", ""),
    ("string", "url_encode(s)", ""),
    ("string", r#"if o == none then "none" else "some""#, ""),
    ("string", r#"o ?? "other""#, ""),
    ("string", r#"empty ?? "other""#, ""),
    ("int", "zero ?? 9", ""),
    ("bool", "off ?? true", ""),
    ("list(string)", r#"none_of_them ?? ["x"]"#, ""),
    ("string", r#"rec?.b ?? "q""#, ""),
    ("int", "rec.a ?? 9", ""),
    ("string", r#"m["z"]"#, ""),
    ("string", "l[0]", ""),
    ("string", "first(l)", ""),
    ("string", "last(l)", ""),
    ("int", "max(li)", ""),
    ("int", "min(li)", ""),
    ("int", "sum(li)", ""),
    ("int", "length(l) + length(m)", ""),
    ("int", "n / 2", ""),
    ("int", "neg / 2", ""),
    ("int", "neg % 2", ""),
    ("int", "n % 3", ""),
    ("int", "n % neg", ""),
    ("float", "n / f", ""),
    ("float", "f / 2", ""),
    ("float", "f * 2", ""),
    ("int", "-n", ""),
    ("int", "[1, 2][0] + n", ""),
    ("int", "seconds(d)", ""),
    ("int", "count_bytes(sz)", ""),
    ("bool", "d < 2m", ""),
    ("bool", "sz == 1.5GiB", ""),
    ("bool", "n < 8 and not (n in li)", ""),
    ("bool", r#"s < "b""#, "module"),
    ("bool", "i < 10.1.10.0", "both"),
    ("bool", "mo < 2EUR", "role"),
    ("bool", r#""a" in l"#, ""),
    ("bool", r#""z" in m"#, ""),
    ("bool", "i in c", "role"),
    ("bool", "10.1.5.0/24 in c", "role"),
    ("bool", "100..150/udp in pr", "both"),
    ("bool", "p in [22/tcp, 443/tcp]", ""),
    ("bool", r#"l == ["b", "A", "a", "b"]"#, ""),
    ("bool", r#"matches(s, "^a-")"#, ""),
    ("bool", r#"contains(s, "é")"#, ""),
    ("bool", r#"startswith(s, "a")"#, ""),
    ("bool", "rec.a == none", ""),
    ("list(string)", "sort(l)", ""),
    ("list(int)", "sort(li)", "module"),
    ("list(ip)", "sort(ips)", "both"),
    ("list(string)", "distinct(l)", ""),
    ("list(string)", "reverse(l)", ""),
    ("list(string)", r#"l + ["q"]"#, ""),
    ("list(string)", r#"split(s, "-")"#, ""),
    ("list(string)", "[for r in recs : r.name]", ""),
    ("list(string)", "[for r in recs if r.size == 3 : r.name]", ""),
    ("map(string)", r#"merge(m, { q = "9" })"#, ""),
    ("int", "c.prefix", "both"),
    ("ip", "c.first", "both"),
    ("string", "p.protocol", "both"),
    ("string", "netmask(c)", "both"),
];

/// The project with those expressions that `keeps` says, by their numbers: in a service, in the same service through a `let`, in a module.
fn project(keeps: &dyn Fn(&str, usize) -> bool) -> String {
    let each = |what: &str, of: &dyn Fn(usize, &str, &str) -> String| -> String {
        let kept = TABLE.iter().enumerate().filter(|(at, _)| keeps(what, *at));
        kept.map(|(at, (ty, expression, _))| of(at, ty, expression) + "\n").collect()
    };
    let lets = each("let", &|at, _, expression| format!("  let k{at} = {expression}"));
    let lifted = each("let", &|at, _, _| format!("k{at} = k{at},"));
    let steps =
        each("role", &|at, _, expression| format!("    file \"/etc/k{at}\" {{ format = json, content = {{ value = {expression} }} }}"));
    let outputs = each("module", &|at, ty, _| format!("  output k{at}: deferred({ty})"));
    let said = each("module", &|at, _, expression| format!("  output k{at} = {expression}"));
    format!(
        "define service thing {{\n  licence = \"MIT\"\n  input hosts: list(host)\n{INPUTS}{lets}  configure {{\n{steps}    \
         file \"/etc/lifted\" {{ format = json, content = {{\n{lifted} }} }}\n  }}\n}}\n\
         define module thing {{\n{INPUTS}  output id: deferred(string)\n{outputs}}}\n\
         implement thing on hetzner {{\n  resource hcloud_network fw {{ name, ip_range = \"10.8.0.0/24\" }}\n  output id = fw.id\n{said}}}\n\
         define stack things {{ input of: stack compute, service thing {{ hosts = of.nodes.hosts }}, module thing one {{}} }}\n\
         stack compute web {{ on = eu, servers = 1, public = true }}\nstack things t {{ on = eu, of = web }}\n"
    )
}

/// The expressions at which the compiler says that a tool has no form for them: `role` or `module`, and the number.
fn refused(source: &str, outcome: &Outcome) -> Vec<(&'static str, usize)> {
    let start = PRODUCT.len();
    let found = outcome.diagnostics.iter().map(|found| {
        assert_eq!(found.code, Code::NotExpressible, "{found:?}");
        let at = found.primary.span.start as usize - start;
        let line = source[source[..at].rfind('\n').map_or(0, |end| end + 1)..].lines().next().unwrap().trim();
        let number = |line: &str| line[1..].split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap();
        match line.strip_prefix("output ") {
            Some(rest) => ("module", number(rest)),
            None => ("role", number(line.strip_prefix("file \"/etc/").unwrap_or_else(|| panic!("{line}: {}", found.message)))),
        }
    });
    let mut found: Vec<_> = found.collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[test]
fn what_an_expression_is_does_not_depend_on_who_computes_it() {
    let source = project(&|_, _| true);
    let refused = refused(&source, &compiled(&source));
    let wanted = ["module", "role"].into_iter().flat_map(|tool| {
        let of_tool = TABLE.iter().enumerate().filter(move |(_, (_, _, who))| *who == tool || *who == "both");
        of_tool.map(move |(at, _)| (tool, at))
    });
    let said = |found: &[(&str, usize)]| found.iter().map(|(tool, at)| format!("{tool}: {}", TABLE[*at].1)).collect::<Vec<_>>();
    assert_eq!(said(&refused), said(&wanted.collect::<Vec<_>>()));

    let outcome = compiled(&project(&|what, at| !refused.iter().any(|(tool, refused)| *tool == what && *refused == at)));
    assert_eq!(outcome.diagnostics, []);
    let (lifted, role) = in_ansible(&outcome);
    let module = in_opentofu(&outcome);
    let mut wrong = Vec::new();
    for (name, value) in &lifted {
        let expression = TABLE[name[1..].parse::<usize>().unwrap()].1;
        for (tool, said) in [("role", &role), ("module", &module)] {
            if let Some(said) = said.get(name).filter(|said| !same(said, value)) {
                wrong.push(format!("{tool}: {expression} is {value}, not {said}"));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
    assert_eq!(lifted.len(), TABLE.len());
    assert_eq!(role.len() + refused.iter().filter(|(tool, _)| *tool == "role").count(), TABLE.len());
    assert_eq!(module.len() + refused.iter().filter(|(tool, _)| *tool == "module").count(), TABLE.len());
}

/// Whether two values are the same; a number is, however it is written, and so is a text that is JSON.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::String(a), Value::String(b)) if a.starts_with(['{', '[']) => {
            serde_json::from_str::<Value>(a).ok() == serde_json::from_str(b).ok()
        }
        (a, b) => a == b,
    }
}

type Values = BTreeMap<String, Value>;

/// What the compiler says of the expressions, and what Ansible does.
fn in_ansible(outcome: &Outcome) -> (Values, Values) {
    let folder = Folder::new();
    let text = |path: &str| outcome.tree.get(path).unwrap_or_else(|| panic!("{path}")).text().to_string();
    folder.write("group_vars/all.yml", &text("ansible/inventory/shop/prod/group_vars/t/thing.yml"));
    let names: Vec<String> = outcome
        .tree
        .iter()
        .filter_map(|(path, _)| path.strip_prefix("ansible/roles/thing/templates/")?.strip_suffix(".j2").map(str::to_owned))
        .collect();
    for name in &names {
        folder.write(&format!("{name}.j2"), &text(&format!("ansible/roles/thing/templates/{name}.j2")));
    }
    folder.write("defaults.yml", &text("ansible/roles/thing/defaults/main.yml"));
    let files: Vec<String> = names.iter().map(|name| format!("{name}.j2")).collect();
    let files = serde_json::to_string(&files).unwrap();
    folder.write(
        "play.yml",
        &format!(
            "- name: Write\n  hosts: localhost\n  connection: local\n  gather_facts: false\n  vars:\n    \
             ansible_python_interpreter: \"{{{{ ansible_playbook_python }}}}\"\n    files: {files}\n  tasks:\n    - name: Write\n      \
             ansible.builtin.copy:\n        content: \"{{{{ query('ansible.builtin.template', *files) | map('string') | to_json }}}}\"\n        \
             dest: \"{{{{ playbook_dir }}}}/written.json\"\n        mode: \"0644\"\n"
        ),
    );
    folder.run(&["ansible-playbook", "--inventory", "localhost,", "--extra-vars", "@defaults.yml", "play.yml"]);
    let written: Vec<String> = serde_json::from_slice(&folder.read("written.json")).unwrap();
    let mut of_files: BTreeMap<String, Values> = names
        .into_iter()
        .zip(written.iter().map(|text| serde_json::from_str(text).unwrap_or_else(|why| panic!("{why}: {text}"))))
        .collect();
    let lifted = of_files.remove("lifted").unwrap();
    (lifted, of_files.into_iter().map(|(name, values)| (name, values["value"].clone())).collect())
}

/// What OpenTofu says of them: of the variables and outputs of the module, which needs no provider for that.
fn in_opentofu(outcome: &Outcome) -> Values {
    let folder = Folder::new();
    let file = |name: &str| outcome.tree.iter().find(|(path, _)| path.ends_with(&format!("/thing/hetzner/{name}")));
    let text = |name: &str| file(name).unwrap().1.text().to_string();
    folder.write("variables.tf", &text("variables.tf"));
    let outputs = text("outputs.tf").replace("hcloud_network.fw.id", "\"1\"");
    folder.write("outputs.tf", &outputs);
    let unit = outcome.tree.get("live/shop/prod/t/one/terragrunt.hcl").unwrap().text().to_string();
    let inputs = unit.split_once("inputs = {").unwrap().1;
    let inputs = inputs.rsplit_once('}').unwrap().0.lines().filter(|line| !line.contains("include.root")).collect::<Vec<_>>().join("\n");
    folder.write("terraform.tfvars", &inputs);
    folder.run(&["tofu", "init", "-no-color"]);
    folder.run(&["tofu", "apply", "-auto-approve", "-no-color"]);
    let said: serde_json::Map<String, Value> = serde_json::from_slice(&folder.run(&["tofu", "output", "-json"])).unwrap();
    said.into_iter().filter(|(name, _)| name != "id").map(|(name, output)| (name, output["value"].clone())).collect()
}
