//! What a role reads from the store of secrets, as a script that `ci/with-credentials.sh` reads in.

use crate::artifact::shell::Word;
use crate::artifact::{Error, Problem, Tree, header};
use crate::base::{Text, text};
use crate::target::common::delivery::{Credential, Environment, Product, SSH_KEY, Secret, Store, short_role};
use std::borrow::Cow;

/// Writes a file for each role of each environment that has a store.
pub(super) fn credentials(product: &Product, tree: &mut Tree) -> Result<(), Error> {
    for environment in &product.environments {
        if !environment.is_served() {
            continue;
        }
        for (role, reads) in &environment.roles {
            let path = text!("live/{}/{}/credentials/{role}.sh", product.name, environment.name);
            let script = Script::new(product, environment, role).written(reads).map_err(|error| error.within(path.clone()))?;
            tree.insert(path, script)?;
        }
    }
    Ok(())
}

struct Script<'a> {
    product: &'a Product,
    environment: &'a Environment,
    store: Option<&'a Store>,
    role: &'a Text,
    text: String,
}

impl<'a> Script<'a> {
    fn new(product: &'a Product, environment: &'a Environment, role: &'a Text) -> Self {
        Script { product, environment, store: environment.store.as_ref(), role, text: String::new() }
    }

    fn written(mut self, reads: &[Credential]) -> Result<String, Error> {
        self.lines(&[
            &["# ", &header(&self.product.source)],
            &["# shellcheck shell=sh"],
            &["#"],
            &[
                "# What the role ",
                self.role,
                " of ",
                &self.product.name,
                "/",
                &self.environment.name,
                " may read; ci/with-credentials.sh reads this in.",
            ],
            &[],
        ]);
        if let Some(store) = self.store {
            self.login(store)?;
        }
        self.variables(reads)?;
        self.tokens(reads)?;
        self.files(reads)?;
        self.profiles(reads)?;
        Ok(self.text)
    }

    /// Who asks is said by the identity token; the token of the client comes back.
    fn login(&mut self, store: &Store) -> Result<(), Error> {
        let asks = role(self.product, self.environment, self.role);
        // A server of one's own has a name of its own at the store.
        let other = self.product.systems.iter().find(|system| system.trusted() != system.name);
        let trusted = if other.is_some() { "trusted" } else { "system" };
        let login: Vec<Text> = store.login.iter().map(|word| word.replace("{system}", &format!("{{{trusted}}}")).into()).collect();
        let command = placed(&login, &[("{role}", &asks)], trusted)?;
        let mut names = Vec::new();
        for (variable, value) in &store.variables {
            self.assign(variable, Word::literal(value)?.as_str())?;
            names.push(variable.clone());
        }
        if let Some(authority) = &store.authority {
            self.assign(authority, "${authority:-}")?;
            names.push(authority.clone());
        }
        self.export(&names);
        if store.login.iter().any(|word| word.contains("{system}")) {
            // Read alone, the file does not say who sets it.
            self.text.push_str(": \"${system:?}\"\n");
        }
        if let Some(system) = other {
            let name = system.trusted();
            self.lines(&[&["trusted=$system"], &["[ \"$system\" != ", system.name, " ] || trusted=", Word::literal(&name)?.as_str()]]);
        }
        self.assign(&store.token.clone(), &["$(printf '%s' \"${identity:?}\" | ", &command, ")"].concat())?;
        self.export(std::slice::from_ref(&store.token));
        Ok(())
    }

    fn variables(&mut self, reads: &[Credential]) -> Result<(), Error> {
        let secrets = reads.iter().any(|read| matches!(read, Credential::Variable(..)));
        if !secrets && self.environment.variables.is_empty() {
            return Ok(());
        }
        self.part();
        let mut names = Vec::new();
        for (variable, value) in &self.environment.variables {
            self.assign(variable, Word::literal(value)?.as_str())?;
            names.push(variable.clone());
        }
        for read in reads {
            if let Credential::Variable(variable, secret) = read {
                self.assign(variable, &self.read(secret)?)?;
                names.push(variable.clone());
            }
        }
        self.export(&names);
        Ok(())
    }

    /// The accounts that know jobs by their tokens: each gets one of its own, which opens nothing else.
    fn tokens(&mut self, reads: &[Credential]) -> Result<(), Error> {
        for read in reads {
            let Credential::Token { account: name, alone } = read else { continue };
            let Some(account) = self.environment.accounts.get(name) else { continue };
            self.part();
            let texts = || account.variables.iter().map(|of| &of.value).chain([&account.audience]);
            // Read alone, the file does not say who sets it.
            if texts().any(|text| text.contains("{short}")) {
                self.shortened()?;
            } else {
                self.text.push_str(": \"${system:?}\"\n");
            }
            let role = text!("{}.{{system}}", role(self.product, self.environment, self.role));
            let word = |text: &Text| placed_in(text, &[("{role}", &role)], &["system", "short", "token"]);
            let (named, audience) = (Word::literal(name)?, word(&account.audience)?);
            self.lines(&[&["token ", named.as_str(), " ", &audience], &[": \"${token:?}\""]]);
            let mut names = Vec::new();
            for variable in &account.variables {
                let name = if *alone { &variable.read } else { &variable.held };
                let value = word(&variable.value)?;
                if variable.file {
                    self.lines(&[&["file ", self::name(name)?, " ", &value]]);
                } else {
                    self.assign(name, &value)?;
                    names.push(name.clone());
                }
            }
            self.export(&names);
        }
        Ok(())
    }

    /// A role's name in few letters differs between the systems that may ask.
    fn shortened(&mut self) -> Result<(), Error> {
        self.text.push_str("case ${system:?} in\n");
        for system in &self.product.systems {
            let short = short_role(&self.product.name, self.environment, self.role, system.name);
            self.lines(&[&["  ", system.name, ") short=", Word::literal(&short)?.as_str(), " ;;"]]);
        }
        self.text.push_str("esac\n");
        Ok(())
    }

    /// A failing command in an assignment ends the script, one in an argument does not.
    fn files(&mut self, reads: &[Credential]) -> Result<(), Error> {
        for read in reads {
            if let Credential::File(variable, secret) = read {
                self.part();
                self.assign("content", &self.read(secret)?)?;
                self.lines(&[&["file ", name(variable)?, " \"$content\""], &["unset content"]]);
            }
        }
        if reads.iter().any(|read| matches!(read, Credential::File(variable, _) if variable == SSH_KEY)) {
            self.lines(&[&["machines"]]);
        }
        Ok(())
    }

    fn profiles(&mut self, reads: &[Credential]) -> Result<(), Error> {
        for read in reads {
            if let Credential::Profile(profile, access, secret) = read {
                self.part();
                self.assign("access_key", &self.read(access)?)?;
                self.assign("secret_key", &self.read(secret)?)?;
                let profile = Word::literal(profile)?;
                self.lines(&[&["profile ", profile.as_str(), " \"$access_key\" \"$secret_key\""], &["unset access_key secret_key"]]);
            }
        }
        Ok(())
    }

    /// What stands together has an empty line before it; the first one has that of the head.
    fn part(&mut self) {
        if !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// The command that prints a secret: one of the store, or that of `ci/with-credentials.sh` for what CI keeps itself.
    fn read(&self, secret: &Secret) -> Result<String, Error> {
        let command = match self.store {
            Some(store) => command(&store.read, &[("{path}", &secret.path), ("{field}", &secret.field)])?,
            None => command(&["given", secret.thing(), &secret.field].map(Text::from), &[])?,
        };
        Ok(["$(", &command, ")"].concat())
    }

    fn assign(&mut self, variable: &str, value: &str) -> Result<(), Error> {
        self.lines(&[&[name(variable)?, "=", value]]);
        Ok(())
    }

    fn export(&mut self, names: &[Text]) {
        if !names.is_empty() {
            self.lines(&[&["export ", &names.join(" ")]]);
        }
    }

    fn lines(&mut self, lines: &[&[&str]]) {
        for line in lines {
            line.iter().for_each(|part| self.text.push_str(part));
            self.text.push('\n');
        }
    }
}

/// What a role is called at the store.
pub(super) fn role(product: &Product, environment: &Environment, role: &str) -> Text {
    text!("{}.{}.{role}", product.name, environment.name)
}

/// The same as `command`, with the value of a variable of the script where its name stands in braces.
pub(super) fn placed(words: &[Text], placeholders: &[(&str, &Text)], variable: &str) -> Result<String, Error> {
    let words = words.iter().map(|word| placed_in(word, placeholders, &[variable]));
    Ok(words.collect::<Result<Vec<_>, Error>>()?.join(" "))
}

/// A text as one word, with the values of variables of the script where their names stand in braces.
fn placed_in(text: &str, placeholders: &[(&str, &Text)], variables: &[&str]) -> Result<String, Error> {
    let (text, mut parts) = (filled(text, placeholders), Vec::new());
    let mut rest = &*text;
    loop {
        let next = variables.iter().filter_map(|variable| Some((rest.find(&format!("{{{variable}}}"))?, *variable))).min();
        let literal = next.map_or(rest, |(at, _)| &rest[..at]);
        if !literal.is_empty() {
            parts.push(Word::literal(literal)?);
        }
        let Some((at, variable)) = next else { break };
        parts.push(Word::variable(variable)?);
        rest = &rest[at + variable.len() + 2..];
    }
    Ok(Word::join(parts).as_str().to_owned())
}

/// A word with the value of each placeholder in its place; what looks like one in a value stays as it is.
pub(super) fn filled<'w>(word: &'w str, placeholders: &[(&str, &Text)]) -> Cow<'w, str> {
    if !word.contains('{') {
        return Cow::Borrowed(word);
    }
    let (mut text, mut rest) = (String::with_capacity(word.len() + 32), word);
    while let Some(at) = rest.find('{') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let placeholder = placeholders.iter().find(|(placeholder, _)| rest.starts_with(placeholder));
        let (said, length) = placeholder.map_or(("{", 1), |(placeholder, value)| (value.as_str(), placeholder.len()));
        text.push_str(said);
        rest = &rest[length..];
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// A command of the library, with what stands for its placeholders, each argument as one word.
pub(super) fn command(words: &[Text], placeholders: &[(&str, &Text)]) -> Result<String, Error> {
    let mut command = Vec::with_capacity(words.len());
    for word in words {
        command.push(Word::literal(&filled(word, placeholders))?.as_str().to_owned());
    }
    Ok(command.join(" "))
}

/// The name of a variable, and nothing else.
pub(super) fn name(variable: &str) -> Result<&str, Error> {
    let first = variable.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if first && variable.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        Ok(variable)
    } else {
        Err(Problem::Identifier(variable.into()).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn written(reads: Vec<Credential>, login: &[&str]) -> Result<String, Error> {
        let store = Store {
            audience: "https://store.example.com".into(),
            variables: vec![("STORE_ADDR".into(), "https://store.example.com/a b".into())],
            token: "STORE_TOKEN".into(),
            authority: None,
            enter: Vec::new(),
            trust: Vec::new(),
            permit: Vec::new(),
            grant: Vec::new(),
            granted: Vec::new(),
            revoke: Vec::new(),
            permitted: Vec::new(),
            forbid: Vec::new(),
            kept: Vec::new(),
            keep: Vec::new(),
            login: login.iter().map(|word| Text::from(*word)).collect(),
            read: ["store", "get", "-field={field}", "{path}"].map(Text::from).to_vec(),
        };
        let environment = Environment {
            name: "prod".into(),
            store: Some(store),
            roles: BTreeMap::from([("plan".into(), reads)]),
            ..Environment::default()
        };
        let product = Product { name: "acme".into(), source: "acme.infra".into(), environments: vec![environment], ..Product::default() };
        let mut tree = Tree::new();
        credentials(&product, &mut tree)?;
        Ok(tree.get("live/acme/prod/credentials/plan.sh").map(|entry| entry.text().to_string()).unwrap_or_default())
    }

    fn secret(path: &str) -> Secret {
        Secret { path: path.into(), field: "token".into() }
    }

    #[test]
    fn data_is_always_one_word() {
        let script =
            written(vec![Credential::Variable("TOKEN".into(), secret("a'; rm -rf / #$(id)"))], &["store", "login", "{role}"]).unwrap();
        assert!(script.contains("STORE_ADDR='https://store.example.com/a b'\n"), "{script}");
        assert!(script.contains(r"TOKEN=$(store get -field=token 'a'\''; rm -rf / #$(id)')"), "{script}");
        assert!(script.contains("| store login acme.prod.plan)"), "{script}");
    }

    #[test]
    fn a_variable_is_a_name() {
        assert!(written(vec![Credential::Variable("A; id".into(), secret("a"))], &["login"]).is_err());
        assert!(written(vec![Credential::File("A=$(id)".into(), secret("a"))], &["login"]).is_err());
    }
}
