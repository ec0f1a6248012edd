//! Packer: a folder for each image and provider, with its plugins and its template in JSON, and the values that environments give it.

mod provisioners;
mod value;

use crate::artifact::json::Value;
use crate::artifact::{Error, Problem, Tree};
use crate::base::{Text, text};
use crate::target::common::header;
use crate::target::common::images::{Bake, Template};

/// The releases of Packer that read these templates.
const REQUIRED_VERSION: &str = ">= 1.10.0";

/// The plugin that runs playbooks on the machine that becomes an image.
const PROVISIONER: (&str, &str) = ("github.com/hashicorp/ansible", "1.1.4");

/// Writes the template of an image for one provider, and what each environment says of it.
pub fn emit_image(template: &Template, tree: &mut Tree) -> Result<(), Error> {
    let folder = text!("packer/{}/{}", template.image.name, template.image.provider);
    let image = image(template).map_err(|error| error.within(folder.clone()))?;
    tree.insert(text!("{folder}/plugins.pkr.json"), plugins(template)?)?;
    tree.insert(text!("{folder}/image.pkr.json"), image)?;
    for bake in template.bakes.iter().filter(|bake| !bake.variables.is_empty()) {
        tree.insert(bake.path(), variables(bake)?)?;
    }
    Ok(())
}

fn commented(source: &str) -> Value {
    Value::object().with("//", header(source))
}

fn plugins(template: &Template) -> Result<Value, Error> {
    let Some((source, version)) = &template.image.plugin else {
        return Err(Problem::Shape("the builder of the provider names no plugin and version").into());
    };
    let mut plugins = vec![(name(source), plugin(source, version)), (name(PROVISIONER.0), plugin(PROVISIONER.0, PROVISIONER.1))];
    plugins.sort_by(|a, b| a.0.cmp(&b.0));
    let packer = Value::object().with("required_version", REQUIRED_VERSION).with("required_plugins", plugins);
    Ok(commented(&template.image.source).with("packer", packer))
}

/// The last part of a plugin's source is the name that its builders are known by.
fn name(source: &str) -> Text {
    source.rsplit('/').next().unwrap_or(source).into()
}

fn plugin(source: &str, version: &str) -> Value {
    Value::object().with("source", source).with("version", text!("= {version}"))
}

fn image(template: &Template) -> Result<Value, Error> {
    let image = &template.image;
    let mut file = commented(&image.source);
    if !template.variables.is_empty() {
        let string = || Value::object().with("type", "string");
        let declared: Vec<(Text, Value)> = template.variables.iter().map(|name| (name.clone(), string())).collect();
        file.push("variable", declared);
    }
    let mut sources = Value::object();
    for (arch, settings) in &image.sources {
        sources.push(arch.clone(), value::value(settings).map_err(|error| error.within(arch.clone()))?);
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

fn variables(bake: &Bake) -> Result<Value, Error> {
    let mut file = Value::object();
    for (name, of) in &bake.variables {
        file.push(name.clone(), value::literal(of).map_err(|error| error.within(name.clone()))?);
    }
    Ok(file)
}
