//! The systems of CI that work on a product, and what the identity tokens of their jobs say.

use crate::base::{Text, text};
use crate::plan::Plan;
use crate::value::Value;

/// A system of CI with the product's repository there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct System {
    /// What the scripts call it.
    pub name: &'static str,
    /// Who signs the tokens of its jobs.
    pub issuer: Text,
    /// The repository's path.
    pub repository: Text,
}

/// Those that the product names.
pub(super) fn of(plan: &Plan) -> Vec<System> {
    let Some(of) = plan.settings.get("repository") else { return Vec::new() };
    let said = |field: &str| of.field(field).and_then(Value::as_text).cloned();
    let github = said("github").map(|repository| System {
        name: "github",
        issuer: "https://token.actions.githubusercontent.com".into(),
        repository,
    });
    let gitlab = said("gitlab").zip(said("gitlab_server")).map(|(repository, issuer)| System { name: "gitlab", issuer, repository });
    github.into_iter().chain(gitlab).collect()
}

impl System {
    /// What the token of a job says that may take on a role. What changes something runs on the branch that is `branch`.
    pub fn claims(&self, product: &str, environment: &str, role: &str, branch: &str) -> Vec<(&'static str, Text)> {
        let place = text!("{product}/{environment}");
        match (self.name, role) {
            ("github", "apply") => {
                vec![("repository", self.repository.clone()), ("environment", place), ("ref", text!("refs/heads/{branch}"))]
            }
            ("github", "plan") => vec![("repository", self.repository.clone()), ("environment", text!("{place}/plan"))],
            ("github", _) => vec![("repository", self.repository.clone()), ("environment", text!("{place}/images"))],
            (_, role) => {
                let mut claims = vec![("project_path", self.repository.clone()), ("environment", place)];
                claims.push(("environment_action", action(role).into()));
                if role == "apply" {
                    claims.extend([("ref", branch.into()), ("ref_protected", "true".into())]);
                }
                claims
            }
        }
    }
}

/// What a job of GitLab says that it does with its environment.
pub fn action(role: &str) -> &'static str {
    match role {
        "apply" => "start",
        "plan" => "verify",
        _ => "prepare",
    }
}
