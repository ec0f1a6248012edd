//! Whose credentials a provider instance uses, and the variables that hold them where several accounts are worked in at once.

use super::{Instance, Plan};
use crate::base::{Text, text};
use crate::hir::items::{Credential, Federation, Provider, View};

/// A variable that the plugins of a provider instance read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialVariable {
    /// The variable that the plugin reads: `HCLOUD_TOKEN`.
    pub read: Text,
    /// The variable that holds the value in a shell that works with every account of the environment: the same, or where another
    /// account has one of that name, `HCLOUD_TOKEN_EU`.
    pub held: Text,
    /// The field of the secret that the value comes from.
    pub field: Text,
}

/// A variable that is set in jobs of CI, which an account knows by their tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobVariable {
    /// The variable that the plugin reads.
    pub read: Text,
    /// The variable that holds the value, as in `CredentialVariable`.
    pub held: Text,
    /// The value, or what is in the file that is the value; placeholders stand in it.
    pub value: Text,
    /// Whether it names a file.
    pub file: bool,
}

impl Instance {
    /// The name of the provider instance whose credentials this provider instance uses: mostly its own.
    pub fn account(&self) -> &Text {
        Provider::over(self.said()).credentials_of().unwrap_or(&self.name)
    }

    /// The variables that the plugins of a provider instance read, with the field that each comes from.
    fn credentials(&self) -> impl Iterator<Item = (&Text, &Text)> {
        self.said().labelled::<Credential<'_>>().filter_map(|(field, credential)| Some((credential.env()?, field)))
    }

    /// The variables that are set in jobs, with their values, and whether each of them names a file.
    fn in_jobs(&self) -> impl Iterator<Item = (&Text, &Text, bool)> {
        let of = self.said().block::<Federation<'_>>().filter(|of| of.audience().is_some());
        let variables = of.into_iter().flat_map(Federation::variables).map(|(read, value)| (read, value, false));
        variables.chain(of.into_iter().flat_map(Federation::files).map(|(read, value)| (read, value, true)))
    }

    /// Every variable that the plugins of a provider instance may read.
    fn variables(&self) -> impl Iterator<Item = &Text> {
        self.credentials().map(|(read, _)| read).chain(self.in_jobs().map(|(read, ..)| read))
    }
}

impl Plan {
    /// The provider instances, in their order.
    pub fn providers(&self) -> impl Iterator<Item = &Instance> {
        self.instances.iter().filter(|instance| instance.keyword == "provider")
    }

    /// A provider instance by its name.
    pub fn provider(&self, name: &str) -> Option<&Instance> {
        self.providers().find(|instance| instance.name == name)
    }

    /// What a provider instance reads from the environment, in the order of its definition.
    pub fn credentials(&self, provider: &Instance) -> Vec<CredentialVariable> {
        let of = |(read, field): (&Text, &Text)| CredentialVariable {
            read: read.clone(),
            held: self.held(provider, read),
            field: field.clone(),
        };
        provider.credentials().map(of).collect()
    }

    /// What is set in jobs for a provider instance in place of those, where it knows jobs by their tokens.
    pub fn job_variables(&self, provider: &Instance) -> Vec<JobVariable> {
        let of = |(read, value, file): (&Text, &Text, bool)| JobVariable {
            read: read.clone(),
            held: self.held(provider, read),
            value: value.clone(),
            file,
        };
        provider.in_jobs().map(of).collect()
    }

    /// The variable that holds what a provider instance reads from another one.
    fn held(&self, provider: &Instance, read: &Text) -> Text {
        let account = provider.account();
        let mut others = self.providers().filter(|other| other.account() != account);
        match others.any(|other| other.variables().any(|variable| variable == read)) {
            true => text!("{read}_{}", account.replace('-', "_").to_ascii_uppercase()),
            false => read.clone(),
        }
    }
}
