//! Templates of images that all products share: where the providers of two environments say something else, a variable stands.
//!
//! Every environment evaluates the builder of an image for its own provider instance. Two such evaluations have the same form and
//! differ in some leaves, such as the region; the paths of these leaves become variables, each with a value for every bake.

use crate::base::{Text, text};
use crate::plan::{Image, Plan};
use crate::value::{Residual, Value};
use indexmap::IndexMap;
use std::collections::BTreeMap;

/// An image for one provider, with a variable where bakes differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// The image; `Residual::Variable` stands in its settings.
    pub image: Image,
    /// The names of the variables, in their order.
    pub variables: Vec<Text>,
    /// Where it is baked.
    pub bakes: Vec<Bake>,
}

/// An image on one provider instance of an environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Bake {
    /// The product.
    pub product: Text,
    /// The path of the product's source.
    pub source: Text,
    /// The environment.
    pub environment: Text,
    /// The provider instance.
    pub instance: Text,
    /// The image.
    pub image: Text,
    /// What it says of the image, by variable.
    pub variables: Vec<(Text, Value)>,
}

impl Template {
    /// Its bakes on the provider instance of an image.
    pub fn bakes<'a>(&'a self, image: &Image) -> impl Iterator<Item = &'a Bake> {
        let same = self.image.name == image.name && self.image.provider == image.provider;
        let instance = image.instance.clone();
        self.bakes.iter().filter(move |bake| same && bake.instance == instance)
    }
}

impl Bake {
    /// The file with what it says.
    pub fn path(&self) -> Text {
        text!("live/{}/{}/images/{}-{}.pkrvars.json", self.product, self.environment, self.image, self.instance)
    }
}

/// The images of an environment that a machine of it starts from.
pub fn used(plan: &Plan) -> impl Iterator<Item = &Image> {
    plan.images.iter().filter(|image| {
        plan.instances.iter().any(|instance| {
            let on = instance.provider.and_then(|id| plan.instances.get(id.0 as usize));
            let named = |value: &Value| matches!(value, Value::Definition(keyword, name) if keyword == "image" && *name == image.name);
            on.is_some_and(|on| on.name == image.instance) && instance.fields.values().any(named)
        })
    })
}

/// The templates of all images that are used, in the order of images and providers.
pub fn templates<'a>(plans: impl IntoIterator<Item = &'a Plan>) -> Vec<Template> {
    let mut groups: BTreeMap<(Text, Text), Vec<(&Plan, &Image)>> = BTreeMap::new();
    for plan in plans {
        for image in used(plan) {
            groups.entry((image.name.clone(), image.provider.clone())).or_default().push((plan, image));
        }
    }
    groups.into_values().filter_map(|group| template(&group)).collect()
}

/// What differs: the path of a leaf → for each architecture the values in the order of the bakes.
type Differences = IndexMap<Text, IndexMap<Text, Vec<Value>>>;

fn template(group: &[(&Plan, &Image)]) -> Option<Template> {
    let (_, first) = group.first()?;
    let mut differences = Differences::new();
    for (arch, _) in &first.sources {
        let settings: Vec<&Value> = group.iter().filter_map(|(_, image)| of_arch(image, arch)).collect();
        compare(arch, "", &settings, &mut differences);
    }
    let mut image = (*first).clone();
    for (arch, settings) in &mut image.sources {
        *settings = with_variables(settings, arch, "", &differences);
    }
    let mut bakes = Vec::new();
    for (at, (plan, image)) in group.iter().enumerate() {
        bakes.push(Bake {
            product: plan.product.name.text.clone(),
            source: plan.product.path.clone(),
            environment: plan.environment.clone(),
            instance: image.instance.clone(),
            image: image.name.clone(),
            variables: values(&differences, at),
        });
    }
    let variables = values(&differences, 0).into_iter().map(|(name, _)| name).collect();
    Some(Template { image, variables, bakes })
}

fn of_arch<'a>(image: &'a Image, arch: &Text) -> Option<&'a Value> {
    image.sources.iter().find(|(of, _)| of == arch).map(|(_, settings)| settings)
}

fn compare(arch: &Text, path: &str, values: &[&Value], differences: &mut Differences) {
    let Some((first, others)) = values.split_first() else { return };
    if others.iter().all(|other| other == first) {
        return;
    }
    let maps: Option<Vec<_>> = values.iter().map(|value| value.as_map()).collect();
    if let Some(maps) = maps
        && maps.iter().all(|map| map.keys().eq(maps[0].keys()))
    {
        for key in maps[0].keys() {
            let inner: Vec<&Value> = maps.iter().map(|map| &map[key]).collect();
            compare(arch, &below(path, key), &inner, differences);
        }
        return;
    }
    differences.entry(path.into()).or_default().insert(arch.clone(), values.iter().map(|value| (*value).clone()).collect());
}

fn below(path: &str, key: &str) -> Text {
    let key = key.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    if path.is_empty() { key.into() } else { text!("{path}_{key}") }
}

/// One variable serves all architectures where they say the same.
fn variable(path: &str, arch: &Text, by_arch: &IndexMap<Text, Vec<Value>>) -> Text {
    let mut all = by_arch.values();
    let first = all.next();
    if all.all(|values| Some(values) == first) { path.into() } else { text!("{arch}_{path}") }
}

fn values(differences: &Differences, at: usize) -> Vec<(Text, Value)> {
    let mut named = BTreeMap::new();
    for (path, by_arch) in differences {
        for (arch, values) in by_arch {
            named.insert(variable(path, arch, by_arch), values[at].clone());
        }
    }
    named.into_iter().collect()
}

fn with_variables(value: &Value, arch: &Text, path: &str, differences: &Differences) -> Value {
    if let Some(by_arch) = differences.get(path)
        && by_arch.contains_key(arch)
    {
        return Value::residual(Residual::Variable(variable(path, arch, by_arch)));
    }
    match value.as_map() {
        Some(map) => Value::map(map.iter().map(|(key, value)| (key.clone(), with_variables(value, arch, &below(path, key), differences)))),
        None => value.clone(),
    }
}
