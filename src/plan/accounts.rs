//! Whose credentials a provider instance uses, and the variables that hold them where several accounts are worked in at once.

use super::{Instance, Plan};
use crate::base::{Text, text};
use crate::hir::items::{Credential, Provider, View};

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

impl Instance {
    /// The name of the provider instance whose credentials this provider instance uses: mostly its own.
    pub fn account(&self) -> &Text {
        Provider::over(self.said()).credentials_of().unwrap_or(&self.name)
    }

    /// The variables that the plugins of a provider instance read, with the field that each comes from.
    fn credentials(&self) -> impl Iterator<Item = (&Text, &Text)> {
        self.said().labelled::<Credential<'_>>().filter_map(|(field, credential)| Some((credential.env()?, field)))
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
        let account = provider.account();
        let is_read_elsewhere = |variable: &Text| {
            let mut others = self.providers().filter(|other| other.account() != account);
            others.any(|other| other.credentials().any(|(read, _)| read == variable))
        };
        let held = |read: &Text| match is_read_elsewhere(read) {
            true => text!("{read}_{}", account.replace('-', "_").to_ascii_uppercase()),
            false => read.clone(),
        };
        let of = |(read, field): (&Text, &Text)| CredentialVariable { read: read.clone(), held: held(read), field: field.clone() };
        provider.credentials().map(of).collect()
    }
}
