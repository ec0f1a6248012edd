//! Packer: a folder for each image and provider, with its plugins and its template in JSON, and the values that environments give it.

mod provisioners;
mod value;

use crate::artifact::json::Value;
use crate::artifact::{Error, Problem, Tree, header};
use crate::base::{Text, text};
use crate::plan::{Image, Plan};
use crate::target::common::images;

/// The releases of Packer that read these templates.
const REQUIRED_VERSION: &str = ">= 1.10.0";

/// The plugin that runs playbooks on the machine that becomes an image.
const PROVISIONER: (&str, &str) = ("github.com/hashicorp/ansible", "1.1.4");

/// Writes the template of an image for its provider.
pub fn emit_image(image: &Image, tree: &mut Tree) -> Result<(), Error> {
    let folder = images::folder(image);
    tree.insert(text!("{folder}/plugins.pkr.json"), plugins(image)?)?;
    tree.insert(text!("{folder}/image.pkr.json"), template(image).map_err(|error| error.within(folder.clone()))?)
}

/// Writes what the environments of a product say of the images that they use.
pub fn emit_product(plans: &[Plan], tree: &mut Tree) -> Result<(), Error> {
    for plan in plans {
        for image in plan.used_images() {
            let mut file = Value::object();
            for (name, of) in &images::variables(image) {
                file.push(name.clone(), value::literal(of).map_err(|error| error.within(name.clone()))?);
            }
            tree.insert(images::variables_path(plan, image), file)?;
        }
    }
    Ok(())
}

fn commented(source: &str) -> Value {
    Value::object().with("//", header(source))
}

fn plugins(image: &Image) -> Result<Value, Error> {
    let Some((source, version)) = &image.plugin else {
        return Err(Problem::Shape("the builder of the provider names no plugin and version").into());
    };
    let mut plugins = vec![(name(source), plugin(source, version)), (name(PROVISIONER.0), plugin(PROVISIONER.0, PROVISIONER.1))];
    plugins.sort_by(|a, b| a.0.cmp(&b.0));
    let packer = Value::object().with("required_version", REQUIRED_VERSION).with("required_plugins", plugins);
    Ok(commented(&image.source).with("packer", packer))
}

/// The last part of a plugin's source is the name that its builders are known by.
fn name(source: &str) -> Text {
    source.rsplit('/').next().unwrap_or(source).into()
}

fn plugin(source: &str, version: &str) -> Value {
    Value::object().with("source", source).with("version", text!("= {version}"))
}

fn template(image: &Image) -> Result<Value, Error> {
    let mut file = commented(&image.source);
    let variables = images::variables(image);
    let string = || Value::object().with("type", "string");
    let mut declared: Vec<(Text, Value)> = variables.into_keys().map(|name| (name, string())).collect();
    for (setting, environment) in &image.secrets {
        let read = value::environment(environment)?;
        declared.push((setting.clone(), string().with("sensitive", true).with("default", read)));
    }
    if !declared.is_empty() {
        file.push("variable", declared);
    }
    let mut sources = Value::object();
    for (arch, settings) in images::sources(image) {
        let mut settings = value::value(&settings).map_err(|error| error.within(arch.clone()))?;
        for (setting, _) in &image.secrets {
            settings.push(setting.clone(), value::variable(setting)?);
        }
        sources.push(arch, settings);
    }
    let names: Vec<Text> = image.sources.iter().map(|(arch, _)| text!("source.{}.{arch}", image.builder)).collect();
    let manifest = Value::object().with("output", "${path.root}/manifest.json").with("strip_path", true);
    let build = Value::object()
        .with("name", value::text(&image.name)?)
        .with("sources", names)
        .with("provisioner", provisioners::provisioners(image)?)
        .with("post-processor", vec![Value::object().with("manifest", manifest)]);
    file.push("source", Value::object().with(image.builder.clone(), sources));
    file.push("build", build);
    Ok(file)
}
