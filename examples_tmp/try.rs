use infrac::base::{Text, Workspace};
use std::sync::Arc;
fn main() {
    let mut files: Vec<(Text, Arc<str>)> = vec![];
    for root in ["stdlib", "inventory"] {
        for e in walkdir::WalkDir::new(root).sort_by_file_name().into_iter().flatten() {
            if e.path().extension().is_some_and(|x| x == "infra" || x == "json") {
                let p = e.path().to_string_lossy().to_string();
                files.push((p.into(), std::fs::read_to_string(e.path()).unwrap().into()));
            }
        }
    }
    let ws = Workspace::new(files);
    let out = infrac::driver::compile(&ws, &Default::default());
    for d in &out.diagnostics {
        let f = ws.file(d.primary.span.file);
        let li = infrac::base::LineIndex::new(&f.text);
        let lc = li.line_column(&f.text, d.primary.span.start);
        println!("{}:{}:{}: [{}] {} | help: {:?}", f.path, lc.line, lc.column, d.code.id(), d.message, d.help);
    }
    let root = std::path::Path::new("/tmp/out");
    let _ = std::fs::remove_dir_all(root);
    for (path, e) in out.tree.iter() {
        let p = root.join(path.as_str());
        std::fs::create_dir_all(p.parent().unwrap()).unwrap();
        std::fs::write(&p, e.contents.as_bytes()).unwrap();
        if e.executable {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&p, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    if std::env::var("G").is_ok() {
        println!("{:#?}", out.graphs);
    }
    println!("{} diagnostics, {} files", out.diagnostics.len(), out.tree.len());
}
