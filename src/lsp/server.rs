//! The state of the server, and what becomes of each message.

use super::attention::Attention;
use super::convert::Look;
use super::documents::{Document, Documents};
use super::position::Encoding;
use super::projects::Projects;
use super::refresh::{Again, Refresh};
use super::transport::{Incoming, Outgoing};
use super::{lenses, parent, requests, uri};
use crate::base::{FileId, Text};
use crate::driver::Extent;
use crate::host::Failure;
use crate::ide::hints::About;
use gen_lsp_types as types;
use gen_lsp_types::Uri;
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response, ResponseError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};

/// How much of a project is judged for a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// What concerns the text, but for what is found only where files are made.
    Text,
    /// The same with these.
    Files,
    /// Everything.
    Whole,
}

/// How far the conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Nothing was said.
    Begun,
    /// `initialize` was answered.
    Open,
    /// `shutdown` was answered.
    Closed,
}

/// What the client can do.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Client {
    pub encoding: Encoding,
    /// It watches files for us.
    watches: bool,
    /// It asks for diagnostics, and is not to be sent any.
    pub pulls: bool,
    /// It shows how far work is.
    progress: bool,
    /// It shows the symbols of a text as a tree.
    pub tree_of_symbols: bool,
    /// It fills the places of what it inserts.
    pub snippets: bool,
    /// It reads of which version of a text edits are.
    pub reads_versions: bool,
    /// It asks for the edits of an action when the action is chosen.
    pub resolves_actions: bool,
}

/// The server.
#[derive(Debug)]
pub(super) struct Server {
    out: Sender<Outgoing>,
    /// For who watches the client.
    from_client: Option<Sender<Incoming>>,
    stage: Stage,
    pub client: Client,
    pub projects: Projects,
    pub documents: Documents,
    /// The folders that the client has open, each with its project.
    folders: BTreeMap<String, Option<usize>>,
    /// The colours of texts that were told last, each under its number.
    tokens: BTreeMap<String, (i32, Vec<types::SemanticToken>)>,
    /// The text that was edited last, by its project and path.
    edited: Option<(usize, Text)>,
    attention: Attention,
    /// How many of the products that wait are judged before it is looked whether something came in: one for each core.
    at_once: usize,
    /// The hints that the client wants.
    pub hints: Vec<About>,
    /// What the client was asked to ask again.
    refresh: Refresh,
    /// Whether projects that were opened are not all judged yet.
    is_loading: bool,
    /// The folders of libraries that the client watches beside the sources.
    watched: BTreeSet<Text>,
    /// How many requests were sent.
    sent: i32,
}

/// Says no.
pub(super) fn refuse(code: ErrorCode, message: impl Into<String>) -> ResponseError {
    ResponseError { code: code as i32, message: message.into(), data: None }
}

/// Reads parameters.
pub(super) fn read<T: DeserializeOwned>(params: Value) -> Result<T, ResponseError> {
    serde_json::from_value(params).map_err(|error| refuse(ErrorCode::InvalidParams, error.to_string()))
}

impl Server {
    pub(super) fn new(out: Sender<Outgoing>, from_client: Option<Sender<Incoming>>) -> Server {
        Server {
            out,
            from_client,
            stage: Stage::Begun,
            client: Client::default(),
            projects: Projects::default(),
            documents: Documents::new(),
            folders: BTreeMap::new(),
            tokens: BTreeMap::new(),
            edited: None,
            attention: Attention::default(),
            at_once: std::thread::available_parallelism().map_or(1, usize::from),
            hints: lenses::wanted_hints(None),
            refresh: Refresh::default(),
            is_loading: false,
            watched: BTreeSet::new(),
            sent: 0,
        }
    }

    /// Answers until the client leaves; whether it did so in order: `shutdown`, then `exit`.
    pub(super) fn run(mut self, incoming: &Receiver<Incoming>) -> bool {
        let mut queue: VecDeque<Incoming> = VecDeque::new();
        loop {
            while let Ok(next) = incoming.try_recv() {
                self.enqueue(next, &mut queue);
            }
            match queue.pop_front() {
                Some(Incoming::Message(Message::Notification(exit))) if exit.method == "exit" => return self.stage == Stage::Closed,
                Some(Incoming::Gone) => return false,
                Some(next) => self.take(next),
                None if self.is_stale() => self.guarded(Server::advance),
                None => match incoming.recv() {
                    Ok(next) => self.enqueue(next, &mut queue),
                    Err(_) => return false,
                },
            }
        }
    }

    /// What is cancelled while it waits is answered at once.
    fn enqueue(&mut self, next: Incoming, queue: &mut VecDeque<Incoming>) {
        if let Incoming::Message(Message::Notification(Notification { method, params })) = &next
            && method == "$/cancelRequest"
        {
            let id = params.get("id").cloned().and_then(|id| serde_json::from_value::<RequestId>(id).ok());
            let is_it =
                |waiting: &Incoming| matches!(waiting, Incoming::Message(Message::Request(waiting)) if Some(&waiting.id) == id.as_ref());
            if let Some(at) = queue.iter().position(is_it)
                && let Some(Incoming::Message(Message::Request(cancelled))) = queue.remove(at)
            {
                self.answer(cancelled.id, Err(refuse(ErrorCode::RequestCanceled, "cancelled")));
            }
            return;
        }
        queue.push_back(next);
    }

    fn take(&mut self, next: Incoming) {
        match next {
            Incoming::Message(Message::Request(request)) => {
                let Request { id, method, params } = request;
                let answer = self.caught(&method, |server| server.request(&method, params));
                self.answer(id, answer);
            }
            Incoming::Message(Message::Notification(Notification { method, params })) => {
                self.guarded(|server| server.notification(&method, params));
            }
            // Of what we ask, only that it is done counts.
            Incoming::Message(Message::Response(Response { id, .. })) => {
                let number = serde_json::to_value(id).unwrap_or_default();
                if let Some(method) = self.refresh.answered(&number) {
                    self.ask_again(method);
                }
            }
            Incoming::Broken(code, why) => drop(self.out.send(Outgoing::Error(code, why))),
            Incoming::Gone => {}
        }
    }

    /// Does something that nobody waits for; what goes wrong is told.
    fn guarded(&mut self, what: impl FnOnce(&mut Server) -> Result<(), ResponseError>) {
        if let Err(error) = self.caught("a notification", what) {
            self.log(&error.message);
        }
    }

    /// Does something that ends nothing but itself, whatever happens in it.
    fn caught<T>(&mut self, name: &str, what: impl FnOnce(&mut Server) -> Result<T, ResponseError>) -> Result<T, ResponseError> {
        catch_unwind(AssertUnwindSafe(|| what(self))).unwrap_or_else(|_| {
            self.restart();
            Err(refuse(ErrorCode::InternalError, format!("`{name}` failed, which is a mistake of infrac; what is open is read again")))
        })
    }

    /// After a fault of ours nothing of what was made is believed.
    fn restart(&mut self) {
        for at in self.projects.numbers() {
            if let Some(project) = self.projects.get_mut(at) {
                project.forget();
            }
        }
    }

    fn answer(&mut self, id: RequestId, answer: Result<Value, ResponseError>) {
        drop(self.out.send(Outgoing::Message(Message::Response(Response { id, response_result: answer }))));
    }

    pub(super) fn notify(&self, method: &str, params: impl Serialize) {
        let Ok(params) = serde_json::to_value(params) else { return };
        drop(self.out.send(Outgoing::Message(Message::Notification(Notification { method: method.to_owned(), params }))));
    }

    fn ask(&mut self, method: &str, params: Value) {
        self.sent += 1;
        let request = Request { id: self.sent.into(), method: method.to_owned(), params };
        drop(self.out.send(Outgoing::Message(Message::Request(request))));
    }

    fn ask_again(&mut self, method: &'static str) {
        self.ask(method, Value::Null);
        self.refresh.sent(method, self.sent);
    }

    /// Asks the client to ask again, where it understands that.
    fn want(&mut self, what: Again) {
        self.refresh.wanted(what).into_iter().for_each(|method| self.ask_again(method));
    }

    fn log(&self, message: &str) {
        self.notify("window/logMessage", json!({ "type": 1, "message": message }));
    }

    fn show(&self, failure: &Failure) {
        let help = failure.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
        self.notify("window/showMessage", json!({ "type": 1, "message": format!("{}{help}", failure.message) }));
    }

    // What the client wants.

    fn request(&mut self, method: &str, params: Value) -> Result<Value, ResponseError> {
        match (self.stage, method) {
            (Stage::Begun, "initialize") => self.initialize(&params),
            (Stage::Begun, _) => Err(refuse(ErrorCode::ServerNotInitialized, "`initialize` comes first")),
            (Stage::Closed, _) => Err(refuse(ErrorCode::InvalidRequest, "nothing is answered behind `shutdown`")),
            (Stage::Open, "initialize") => Err(refuse(ErrorCode::InvalidRequest, "`initialize` was answered already")),
            (Stage::Open, "shutdown") => {
                self.stage = Stage::Closed;
                Ok(Value::Null)
            }
            (Stage::Open, _) => requests::answer(self, method, params),
        }
    }

    fn initialize(&mut self, params: &Value) -> Result<Value, ResponseError> {
        if !params.get("capabilities").is_some_and(Value::is_object) {
            return Err(refuse(ErrorCode::InvalidParams, "`capabilities` is missing"));
        }
        let can = |path: &str| params.pointer(&format!("/capabilities/{path}")).cloned().unwrap_or_default();
        let is = |path: &str| can(path) == Value::Bool(true);
        let encodings: Vec<String> = serde_json::from_value(can("general/positionEncodings")).unwrap_or_default();
        // Of what the client likes as much, bytes cost nothing.
        let encoding = match encodings.iter().any(|encoding| encoding == "utf-8") {
            true => Encoding::Utf8,
            false if encodings.first().is_some_and(|encoding| encoding == "utf-32") => Encoding::Utf32,
            false => Encoding::Utf16,
        };
        self.client = Client {
            encoding,
            watches: is("workspace/didChangeWatchedFiles/dynamicRegistration"),
            pulls: can("textDocument/diagnostic").is_object(),
            progress: is("window/workDoneProgress"),
            snippets: is("textDocument/completion/completionItem/snippetSupport"),
            tree_of_symbols: is("textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
            reads_versions: is("workspace/workspaceEdit/documentChanges"),
            resolves_actions: is("textDocument/codeAction/dataSupport")
                && can("textDocument/codeAction/resolveSupport/properties").as_array().is_some_and(|all| all.contains(&json!("edit"))),
        };
        self.refresh = Refresh::new(is);
        let folders: Vec<types::WorkspaceFolder> =
            params.get("workspaceFolders").cloned().and_then(|folders| serde_json::from_value(folders).ok()).unwrap_or_default();
        let root = params.get("rootUri").and_then(Value::as_str).filter(|_| folders.is_empty());
        for uri in folders.iter().map(|folder| folder.uri.0.as_str()).chain(root) {
            self.folders.insert(uri.to_owned(), None);
        }
        self.hints = lenses::wanted_hints(params.get("initializationOptions"));
        let process = params.get("processId").and_then(Value::as_i64).and_then(|process| i32::try_from(process).ok());
        if let (Some(process), Some(to)) = (process, self.from_client.take()) {
            parent::watch(process, to);
        }
        self.stage = Stage::Open;
        Ok(json!({
            "capabilities": requests::capabilities(encoding),
            "serverInfo": { "name": "infrac", "version": env!("CARGO_PKG_VERSION") },
        }))
    }

    fn notification(&mut self, method: &str, params: Value) -> Result<(), ResponseError> {
        if self.stage != Stage::Open {
            return Ok(());
        }
        match method {
            "initialized" => self.initialized(),
            "textDocument/didOpen" => self.opened(read(params)?),
            "textDocument/didChange" => self.changed(read(params)?),
            "textDocument/didClose" => self.closed(&read(params)?),
            "textDocument/didSave" => self.saved(&read(params)?),
            "workspace/didChangeConfiguration" => self.configured(&params),
            "workspace/didChangeWatchedFiles" => self.watched(&read(params)?),
            "workspace/didChangeWorkspaceFolders" => self.folders_changed(read(params)?),
            // `$/setTrace` changes nothing: nothing is traced. Of others nothing is known.
            _ => Ok(()),
        }
    }

    /// Takes other settings: those of infrac, or the section of that name among others.
    fn configured(&mut self, params: &Value) -> Result<(), ResponseError> {
        let settings = params.get("settings").map(|settings| settings.get("infrac").unwrap_or(settings));
        if settings.is_some_and(|settings| settings.get("inlayHints").is_some()) {
            self.hints = lenses::wanted_hints(settings);
            self.want(Again::Hints);
        }
        Ok(())
    }

    fn initialized(&mut self) -> Result<(), ResponseError> {
        self.watch("files", ["**/*.infra", "**/infra.toml", "**/infra.lock", "**/*.json"].map(str::to_owned).as_slice());
        let folders: Vec<String> = self.folders.keys().cloned().collect();
        self.load(&folders);
        Ok(())
    }

    /// Asks the client to say which files change.
    fn watch(&mut self, id: &str, globs: &[String]) {
        if self.client.watches {
            let watchers: Vec<Value> = globs.iter().map(|glob| json!({ "globPattern": glob })).collect();
            let method = "workspace/didChangeWatchedFiles";
            let registration = json!({ "id": id, "method": method, "registerOptions": { "watchers": watchers } });
            self.ask("client/registerCapability", json!({ "registrations": [registration] }));
        }
    }

    /// The same of what lies beside the definitions of the projects that are open: definitions read files of every name.
    fn watch_libraries(&mut self) {
        let open = self.projects.numbers().into_iter().filter_map(|at| self.projects.get(at));
        let folders: Vec<Text> = open.flat_map(|project| project.library().to_vec()).collect();
        for folder in folders {
            if self.watched.insert(folder.clone()) {
                let glob = if folder == "." { "**/*".to_owned() } else { format!("**/{folder}/**") };
                self.watch(&format!("library {folder}"), &[glob]);
            }
        }
    }

    /// Opens the projects of folders. Judging them, which takes longer than anything later, is begun when nothing else is to be done.
    fn load(&mut self, folders: &[String]) {
        if folders.is_empty() {
            return;
        }
        if self.client.progress && !self.is_loading {
            self.ask("window/workDoneProgress/create", json!({ "token": "load" }));
            let value = json!({ "kind": "begin", "title": "infrac", "message": "reading the project", "percentage": 0 });
            self.notify("$/progress", json!({ "token": "load", "value": value }));
        }
        self.is_loading = true;
        let _ = self.projects.library();
        for folder in folders {
            let Some(path) = uri::to_path(&Uri(folder.clone())) else { continue };
            match self.projects.open(&path) {
                Ok(found) => drop(self.folders.insert(folder.clone(), found)),
                Err(failure) => self.show(&failure),
            }
        }
        self.watch_libraries();
        self.say_how_far();
    }

    /// Says how much of what was opened is judged.
    fn say_how_far(&mut self) {
        if !self.is_loading {
            return;
        }
        let numbers = self.projects.numbers().into_iter().filter_map(|at| self.projects.get(at)).filter(|project| project.root.is_some());
        let (done, all) = numbers.map(|project| project.session.judged()).fold((0, 0), |(done, all), (of, more)| (done + of, all + more));
        self.is_loading = self.is_stale();
        if self.client.progress {
            let value = match self.is_loading {
                true => json!({ "kind": "report", "message": format!("checking {done}/{all}"), "percentage": done * 100 / all.max(1) }),
                false => json!({ "kind": "end" }),
            };
            self.notify("$/progress", json!({ "token": "load", "value": value }));
        }
    }

    // Texts.

    fn place(&mut self, uri: &Uri) -> Option<(usize, Text)> {
        match self.projects.place(uri) {
            Ok(place) => Some(place),
            Err(failure) => {
                self.show(&failure);
                None
            }
        }
    }

    fn opened(&mut self, params: types::DidOpenTextDocumentParams) -> Result<(), ResponseError> {
        let types::TextDocumentItem { uri, version, text, .. } = params.text_document;
        let Some(place) = self.place(&uri) else { return Ok(()) };
        let document = Document { uri: uri.clone(), version, text, place };
        self.attention.see(&document.place);
        self.over_disk(&document);
        self.documents.insert(uri.0, document);
        self.watch_libraries();
        Ok(())
    }

    /// Lets an open text count. The library is what it is, whatever is typed into its files.
    fn over_disk(&mut self, document: &Document) {
        let (at, path) = &document.place;
        let is_of_library = path.starts_with(crate::base::LIBRARY);
        if let Some(project) = self.projects.get_mut(*at).filter(|_| !is_of_library) {
            project.set(path, Some(Arc::from(document.text.as_str())));
        }
    }

    fn changed(&mut self, params: types::DidChangeTextDocumentParams) -> Result<(), ResponseError> {
        let uri = params.text_document.text_document_identifier.uri.0;
        let Some(mut document) = self.documents.remove(&uri) else { return Ok(()) };
        document.change(params.content_changes, self.client.encoding);
        document.version = params.text_document.version;
        self.edited = Some(document.place.clone());
        self.attention.see(&document.place);
        self.over_disk(&document);
        self.documents.insert(uri, document);
        Ok(())
    }

    fn closed(&mut self, params: &types::DidCloseTextDocumentParams) -> Result<(), ResponseError> {
        let Some(document) = self.documents.remove(&params.text_document.uri.0) else { return Ok(()) };
        self.tokens.remove(&params.text_document.uri.0);
        self.attention.forget(&document.place);
        let (at, path) = document.place;
        if let Some(project) = self.projects.get_mut(at).filter(|_| !path.starts_with(crate::base::LIBRARY)) {
            project.set(&path, None);
        }
        Ok(())
    }

    fn saved(&mut self, params: &types::DidSaveTextDocumentParams) -> Result<(), ResponseError> {
        // What `infra.toml` says decides which files are read.
        if let Some((at, path)) = self.documents.get(&params.text_document.uri.0).map(|document| document.place.clone())
            && path == crate::host::settings::FILE
            && let Some(project) = self.projects.get_mut(at)
        {
            (project.is_outdated, project.is_stale) = (true, true);
        }
        Ok(())
    }

    fn watched(&mut self, params: &types::DidChangeWatchedFilesParams) -> Result<(), ResponseError> {
        for change in &params.changes {
            let Some(path) = uri::to_path(&change.uri) else { continue };
            // A project that comes takes its texts from where they were.
            if path.file_name().is_some_and(|name| name == crate::host::settings::FILE) {
                self.replace_documents();
                let waiting = self.folders.iter().filter(|(_, project)| project.is_none()).map(|(folder, _)| folder.clone());
                self.load(&waiting.collect::<Vec<_>>());
            }
            if self.projects.is_manifest(&path) {
                self.want(Again::Lenses);
            }
            let Some((at, path)) = self.projects.known(&change.uri) else { continue };
            let is_open = self.documents.values().any(|document| document.place == (at, path.clone()));
            if let Some(project) = self.projects.get_mut(at)
                && project.root.is_some()
                && (!is_open || path == crate::host::settings::FILE)
            {
                (project.is_outdated, project.is_stale) = (true, true);
            }
        }
        Ok(())
    }

    /// Finds out anew which project each open text belongs to.
    fn replace_documents(&mut self) {
        for uri in self.documents.keys().cloned().collect::<Vec<_>>() {
            let Some(place) = self.place(&Uri(uri.clone())) else { continue };
            let Some(mut document) = self.documents.remove(&uri) else { continue };
            if document.place != place {
                let (at, path) = std::mem::replace(&mut document.place, place);
                if let Some(project) = self.projects.get_mut(at) {
                    project.set(&path, None);
                }
                self.over_disk(&document);
            }
            self.documents.insert(uri, document);
        }
    }

    fn folders_changed(&mut self, params: types::DidChangeWorkspaceFoldersParams) -> Result<(), ResponseError> {
        for folder in params.event.removed {
            let Some(Some(at)) = self.folders.remove(&folder.uri.0) else { continue };
            let is_needed = self.folders.values().any(|other| *other == Some(at))
                || self.documents.values().any(|document| document.place.0 == at && !document.place.1.starts_with(crate::base::LIBRARY));
            if !is_needed && let Some(project) = self.projects.get_mut(at) {
                let files: Vec<FileId> = project.clear();
                self.publish(at, &files, false);
                self.projects.close(at);
            }
        }
        let added: Vec<String> = params.event.added.into_iter().map(|folder| folder.uri.0).collect();
        self.folders.extend(added.iter().map(|folder| (folder.clone(), None)));
        self.replace_documents();
        self.load(&added);
        Ok(())
    }

    /// Keeps the colours of an open text; gives the name under which a later question finds them.
    pub(super) fn keep_tokens(&mut self, uri: &Uri, tokens: Vec<types::SemanticToken>) -> String {
        let number = self.tokens.get(&uri.0).map_or(1, |(number, _)| number.wrapping_add(1));
        if self.documents.contains_key(&uri.0) {
            self.tokens.insert(uri.0.clone(), (number, tokens));
        }
        number.to_string()
    }

    /// The colours that were kept under a name.
    pub(super) fn kept_tokens(&self, uri: &Uri, number: &str) -> Option<Vec<types::SemanticToken>> {
        self.tokens.get(&uri.0).filter(|(kept, _)| kept.to_string() == number).map(|(_, tokens)| tokens.clone())
    }

    // What is found.

    fn is_stale(&self) -> bool {
        self.projects.numbers().into_iter().any(|at| self.projects.get(at).is_some_and(|project| project.is_stale))
    }

    /// Judges all of a project where something changed, and tells the client.
    pub(super) fn judge(&mut self, at: usize) {
        self.judge_part(at, Extent::Whole);
    }

    /// Judges what of a project concerns a text.
    fn judge_for(&mut self, at: usize, path: &Text, reach: Reach) {
        let folder = self.projects.get(at).and_then(|project| project.folder_of(path));
        let folder = folder.into_iter().collect();
        self.judge_part(
            at,
            match reach {
                Reach::Text => Extent::First(&folder, 0),
                Reach::Files => Extent::Complete(&folder),
                Reach::Whole => Extent::Whole,
            },
        );
    }

    /// Goes on with what is still to be judged: what is in front of somebody, then what is open. What comes in meanwhile is not kept
    /// waiting for all of it.
    fn advance(&mut self) -> Result<(), ResponseError> {
        for at in self.projects.numbers() {
            let Some(project) = self.projects.get(at).filter(|project| project.is_stale) else { continue };
            let seen = self.attention.of(at).filter_map(|path| project.folder_of(path));
            let mut first: BTreeSet<Text> = seen.collect();
            // What was changed is told of before anything that waits is judged.
            let mut more = 0;
            if !project.is_changed() {
                more = self.at_once;
                let open = self.documents.values().filter(|document| document.place.0 == at);
                let open = open.filter_map(|document| project.folder_of(&document.place.1));
                let waiting = open.filter(|folder| project.session.waits(folder)).take(more);
                let before = first.len();
                first.extend(waiting);
                more = (more + before - first.len()).max(1);
            }
            self.judge_part(at, Extent::First(&first, more));
        }
        Ok(())
    }

    fn judge_part(&mut self, at: usize, extent: Extent<'_>) {
        let Some(project) = self.projects.get_mut(at).filter(|project| project.is_stale) else { return };
        let (before, is_late) = (project.judgement(), !project.is_changed());
        match project.judge(extent) {
            Ok(changed) => {
                let open = self.documents.values().filter(|document| document.place.0 == at).map(|document| document.place.1.clone());
                let reaches = project.reaches(before, open.collect::<Vec<_>>());
                self.publish(at, &changed, is_late);
                if reaches {
                    self.want(Again::Beside);
                }
                self.say_how_far();
            }
            Err(failure) => self.show(&failure),
        }
    }

    fn publish_all(&mut self) -> Result<(), ResponseError> {
        for at in self.projects.numbers() {
            self.judge(at);
        }
        Ok(())
    }

    /// Tells the client what is found in some files; `is_late` where that is no answer to a change, but what was still to be judged.
    fn publish(&mut self, at: usize, files: &[FileId], is_late: bool) {
        if self.client.pulls {
            // For the text that is edited the client asks by itself, once.
            let own = self.edited.as_ref().filter(|(of, _)| *of == at && !is_late).map(|(_, path)| path);
            let is_other = |file: &FileId| self.projects.get(at).is_some_and(|of| Some(&of.session.workspace().file(*file).path) != own);
            if files.iter().any(is_other) {
                self.want(Again::Diagnostics);
            }
            return;
        }
        let Some(look) = Look::new(&self.projects, &self.documents, self.client, at) else { return };
        for file in files {
            let Some(uri) = look.uri(*file) else { continue };
            let params = types::PublishDiagnosticsParams { uri, version: look.version(*file), diagnostics: look.found(*file).0 };
            self.notify("textDocument/publishDiagnostics", params);
        }
    }

    /// One look at the project of a text, judged as it is now; nothing where the text is no source.
    pub(super) fn look(&mut self, uri: &Uri) -> Result<Option<(Look<'_>, FileId)>, ResponseError> {
        self.look_at(uri, Reach::Text)
    }

    /// The same for who asks what is wrong. A client that can be asked to ask again is told later what takes longer.
    pub(super) fn look_for_findings(&mut self, uri: &Uri) -> Result<Option<(Look<'_>, FileId)>, ResponseError> {
        self.look_at(uri, if self.refresh.understands(Again::Diagnostics) { Reach::Text } else { Reach::Files })
    }

    /// The same where all products have been judged, for who asks about more than this text.
    pub(super) fn look_around(&mut self, uri: &Uri) -> Result<Option<(Look<'_>, FileId)>, ResponseError> {
        self.look_at(uri, Reach::Whole)
    }

    fn look_at(&mut self, uri: &Uri, reach: Reach) -> Result<Option<(Look<'_>, FileId)>, ResponseError> {
        let place = match self.documents.get(&uri.0) {
            Some(document) => {
                self.attention.see(&document.place);
                Some(document.place.clone())
            }
            None => self.projects.known(uri),
        };
        let Some((at, path)) = place else { return Ok(None) };
        self.judge_for(at, &path, reach);
        let Some(look) = Look::new(&self.projects, &self.documents, self.client, at) else { return Ok(None) };
        let file = look.analysis.workspace().find(&path).map(|(file, _)| file);
        Ok(file.map(|file| (look, file)))
    }

    /// One look at each project, judged as it is now.
    pub(super) fn looks(&mut self) -> Vec<Look<'_>> {
        let _ = self.publish_all();
        let numbers = self.projects.numbers();
        numbers.into_iter().filter_map(|at| Look::new(&self.projects, &self.documents, self.client, at)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn a_fault_of_ours_ends_nothing() {
        let (out, said) = channel();
        let mut server = Server::new(out, None);
        let uri = Uri("untitled:one.infra".to_owned());
        server.take(Incoming::Message(Message::Request(Request {
            id: 1.into(),
            method: "initialize".to_owned(),
            params: json!({ "capabilities": {} }),
        })));
        let text = "define stack x {";
        let document = json!({ "uri": uri, "languageId": "infra", "version": 1, "text": text });
        server.guarded(|server| server.notification("textDocument/didOpen", json!({ "textDocument": document })));
        let found = server.caught("x", |server| -> Result<(), ResponseError> {
            server.projects.numbers().into_iter().for_each(|at| server.judge(at));
            panic!("a fault");
        });
        assert_eq!(found.map_err(|error| error.code), Err(ErrorCode::InternalError as i32));
        server.guarded(|_| panic!("another one"));
        let (look, file) = server.look(&uri).ok().flatten().expect("the text");
        assert_eq!((&**look.analysis.text(file), look.found(file).0.len()), (text, 1));
        drop(server);
        let said: Vec<String> = said.into_iter().map(|message| format!("{message:?}")).collect();
        assert!(said.iter().any(|message| message.contains("window/logMessage")), "{said:#?}");
    }
}
