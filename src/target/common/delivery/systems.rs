//! The systems of CI that work on a product, and what the identity tokens of their jobs say.

use super::Environment;
use crate::base::{Text, text};
use crate::eval::functions::shortened;
use crate::plan::Plan;

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

/// What a role is called in few letters, for the jobs of a system: some clouds take no longer name.
pub fn short_role(product: &str, environment: &Environment, role: &str, system: &str) -> Text {
    shortened(&format!("{product}-{}-{role}-{system}", environment.name), 32)
}

/// The server of GitLab that most use.
const GITLAB: &str = "https://gitlab.com";

impl System {
    /// Who signs its tokens, without the scheme.
    pub fn host(&self) -> &str {
        self.issuer.split_once("://").map_or(&self.issuer, |(_, host)| host)
    }

    /// What a store of secrets calls it: who signs its tokens is said there once for all products, so that each server has its own name.
    pub fn trusted(&self) -> Text {
        match self.name == "gitlab" && self.issuer != GITLAB {
            true => text!("gitlab-{}", self.host().trim_end_matches('/').replace(|letter: char| !letter.is_ascii_alphanumeric(), "-")),
            false => self.name.into(),
        }
    }
}

/// Those that the product names.
pub(super) fn of(plan: &Plan) -> Vec<System> {
    let Some(of) = plan.repository() else { return Vec::new() };
    let github = of.github().cloned().map(|repository| System {
        name: "github",
        issuer: "https://token.actions.githubusercontent.com".into(),
        repository,
    });
    let gitlab =
        of.gitlab().cloned().zip(of.gitlab_server().cloned()).map(|(repository, issuer)| System { name: "gitlab", issuer, repository });
    github.into_iter().chain(gitlab).collect()
}

impl System {
    /// What the token of a job says that may take on a role. Roles that hold more than what an unreviewed change may read run on the
    /// branch that is `branch`.
    pub fn claims(&self, product: &str, environment: &Environment, role: &str, branch: &str) -> Vec<(&'static str, Text)> {
        let place = text!("{product}/{}", environment.name);
        let bound = environment.binds(role);
        if self.name == "github" {
            let place = place_of(role).map_or(place.clone(), |part| text!("{place}/{part}"));
            let mut claims = vec![("repository", self.repository.clone()), ("environment", place)];
            claims.extend(bound.then(|| ("ref", text!("refs/heads/{branch}"))));
            return claims;
        }
        let mut claims = vec![("project_path", self.repository.clone()), ("environment", place)];
        claims.push(("environment_action", action(role).into()));
        if bound {
            claims.extend([("ref", branch.into()), ("ref_type", "branch".into()), ("ref_protected", "true".into())]);
        }
        claims
    }
}

impl System {
    /// Patterns, of which the subject of the token of such a job has one. GitHub's names the environment, and for some repositories numbers
    /// that no name can hold; GitLab's names the branch alone.
    pub fn subjects(&self, product: &str, environment: &Environment, role: &str, branch: &str) -> Vec<Text> {
        let repository = &self.repository;
        if self.name == "github" {
            let place = text!("{product}/{}", environment.name);
            let place = place_of(role).map_or(place.clone(), |part| text!("{place}/{part}"));
            let numbered = repository.replacen('/', "@*/", 1);
            return vec![text!("repo:{repository}:environment:{place}"), text!("repo:{numbered}@*:environment:{place}")];
        }
        let branch = if environment.binds(role) { branch } else { "*" };
        vec![text!("project_path:{repository}:ref_type:branch:ref:{branch}")]
    }
}

impl Environment {
    /// Whether a role is for jobs of the main branch only: all but the one that plans what nobody has looked at. Whoever may push a
    /// branch takes that one on.
    pub fn binds(&self, role: &str) -> bool {
        role != "plan"
    }
}

/// What GitHub's environment for a role is called below the environment itself.
pub fn place_of(role: &str) -> Option<&'static str> {
    match role {
        "apply" => None,
        "plan" => Some("plan"),
        "drift" => Some("drift"),
        _ => Some("images"),
    }
}

/// What a job of GitLab says that it does with its environment.
pub fn action(role: &str) -> &'static str {
    match role {
        "apply" => "start",
        "plan" => "verify",
        "drift" => "access",
        _ => "prepare",
    }
}
