//! Templates: pages (escaped) and letters (plain text), all built in, read once, strict about missing values.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderErrorReason, Renderable,
};
use serde_json::{Map, Value};

use crate::assets;
use crate::problem::{Problem, Result};

pub struct Views {
    pages: Handlebars<'static>,
    letters: Handlebars<'static>,
}

impl Views {
    pub fn read() -> Result<Views> {
        let mut pages = Handlebars::new();
        let mut letters = Handlebars::new();
        pages.set_strict_mode(true);
        // Partials keep their lines as they are, or text areas would gain spaces.
        pages.set_prevent_indent(true);
        pages.register_escape_fn(escape);
        pages.register_helper(MAIN, Box::new(Main));
        letters.set_strict_mode(true);
        letters.register_escape_fn(handlebars::no_escape);
        for (path, bytes) in assets::files(&assets::TEMPLATES) {
            let Some(name) = path.strip_suffix(".hbs") else { continue };
            let text = String::from_utf8_lossy(bytes);
            let home = if name.starts_with("letters/") { &mut letters } else { &mut pages };
            home.register_template_string(name, text)
                .map_err(|error| Problem::fault(format!("template {path}: {error}")))?;
        }
        Ok(Views { pages, letters })
    }

    /// A page: the frame, and in it what is the page's own.
    pub fn page(&self, template: &str, page: Value, view: Value) -> Result<String> {
        let values = [(MAIN, template.into()), ("page", page), ("view", view)];
        let mut context = Context::null();
        // `Context::wraps` would copy it all.
        *context.data_mut() = Value::Object(Map::from_iter(values.map(|(name, value)| (name.to_owned(), value))));
        // Longer than most pages, so that it need not move while it grows.
        let mut drawn = Vec::with_capacity(16 << 10);
        let fault = |error: String| Problem::fault(format!("page {template}: {error}"));
        self.pages
            .render_with_context_to_write("layout", &context, &mut drawn)
            .map_err(|error| fault(error.to_string()))?;
        String::from_utf8(drawn).map_err(|error| fault(error.to_string()))
    }

    /// A letter: its subject is the template's first line, its text the rest.
    pub fn letter(&self, kind: &str, values: &Value) -> Result<(String, String)> {
        let written = self
            .letters
            .render(&format!("letters/{kind}"), values)
            .map_err(|error| Problem::fault(format!("letter {kind}: {error}")))?;
        let (subject, text) = written.split_once('\n').unwrap_or((&written, ""));
        Ok((subject.trim().to_owned(), format!("{}\n", text.trim())))
    }
}

/// `{{main}}` in the frame writes what is the page's own. A partial would copy every value that the page shows.
struct Main;

/// Which template that is.
const MAIN: &str = "main";

impl HelperDef for Main {
    fn call<'reg: 'rc, 'rc>(
        &self,
        _: &Helper<'rc>,
        views: &'reg Handlebars<'reg>,
        context: &'rc Context,
        render: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let name = context.data()[MAIN].as_str().unwrap_or_default();
        let main = views.get_template(name).ok_or_else(|| RenderErrorReason::TemplateNotFound(name.to_owned()))?;
        main.render(views, context, render, out)
    }
}

/// Most words hold nothing that HTML reads as its own, and need not be copied letter by letter.
fn escape(words: &str) -> String {
    let is_read = |byte: u8| matches!(byte, b'<' | b'>' | b'"' | b'&' | b'\'' | b'`' | b'=');
    if words.bytes().any(is_read) { handlebars::html_escape(words) } else { words.to_owned() }
}
