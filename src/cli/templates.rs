//! What a new project begins with. The sources are files of `assets/templates`, in which the project is called `acme`.

use clap::ValueEnum;

/// What a new project holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Template {
    /// A product without anything in it
    Empty,
    /// One machine that the internet reaches
    Server,
    /// Machines in two environments, behind a VPN, with what keeps state, locks and secrets
    Product,
    /// Three products in two environments each
    Fleet,
}

/// The sources: the product that each belongs to, the name of the file, the text.
type Sources = &'static [(&'static str, &'static str, &'static str)];

impl Template {
    fn sources(self) -> Sources {
        match self {
            Template::Empty => &[("acme", "product.infra", include_str!("../../assets/templates/empty/product.infra"))],
            Template::Server => &[("acme", "product.infra", include_str!("../../assets/templates/server/product.infra"))],
            Template::Product => &[
                ("acme", "product.infra", include_str!("../../assets/templates/product/product.infra")),
                ("acme", "stacks.infra", include_str!("../../assets/templates/product/stacks.infra")),
            ],
            Template::Fleet => &[
                ("acme-api", "product.infra", include_str!("../../assets/templates/fleet/api.infra")),
                ("acme-shop", "product.infra", include_str!("../../assets/templates/fleet/shop.infra")),
                ("acme-store", "product.infra", include_str!("../../assets/templates/fleet/store.infra")),
            ],
        }
    }

    /// The sources of a project of this name: paths below the inventory, and texts.
    pub(super) fn of(self, name: &str) -> Vec<(String, String)> {
        // A name may have what no domain has.
        let domain = format!("{}.example.com", name.replace('_', "-").trim_end_matches('-'));
        let named = |text: &str| text.replace("acme.example.com", &domain).replace("acme", name);
        self.sources().iter().map(|(product, file, text)| (format!("{}/{file}", named(product)), named(text))).collect()
    }
}
