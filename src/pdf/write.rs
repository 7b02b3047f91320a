//! A drawn sheet becomes bytes: printpdf writes pages and fonts, then what it lacks is put in: tags, language, metadata, dates.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, StringFormat, dictionary, text_string};
use printpdf::{FontId, PdfDocument, PdfFont, PdfPage, PdfParseErrorSeverity, PdfSaveOptions, PdfWarnMsg, Pt, Rect};
use sha2::{Digest, Sha256};

use super::PdfFault;
use super::sheet::{About, Sheet};
use crate::clock::Instant;

const PRODUCER: &str = "Seamark";

impl Sheet {
    /// The finished file. The same drawing always gives the same bytes.
    pub fn finish(mut self) -> Result<Vec<u8>, PdfFault> {
        let mut document = self.draw()?;
        let pages: Vec<ObjectId> = document.get_pages().into_values().collect();
        let tree = self.tree.write(&mut document, &pages)?;
        let id = identity(&self.about, &document);
        "1.7".clone_into(&mut document.version);
        describe_catalog(&mut document, &self.about, tree)?;
        describe_trailer(&mut document, &self.about, &id);
        document.compress();
        let mut bytes = Vec::with_capacity(48 * 1024);
        document.save_to(&mut bytes)?;
        Ok(bytes)
    }

    fn draw(&mut self) -> Result<Document, PdfFault> {
        let mut drawing = PdfDocument::new(PRODUCER);
        for (face, letters) in &self.letters {
            drawing.resources.fonts.map.insert(FontId(face.resource()), PdfFont::new(face.cut(letters)?));
        }
        let whole = Rect::from_wh(Pt(self.paper.width), Pt(self.paper.height));
        for page in &mut self.pages {
            page.close();
            let ops = std::mem::take(&mut page.ops);
            drawing.pages.push(PdfPage {
                media_box: whole.clone(),
                trim_box: whole.clone(),
                crop_box: whole.clone(),
                ops,
            });
        }
        let mut warnings: Vec<PdfWarnMsg> = Vec::new();
        let document = drawing.to_lopdf_document(&PdfSaveOptions::default(), &mut warnings);
        match warnings.into_iter().find(|warning| warning.severity == PdfParseErrorSeverity::Error) {
            Some(error) => Err(PdfFault::Drawing(error.msg)),
            None => Ok(document),
        }
    }
}

/// The document's id: of what it says of itself and what its pages show. printpdf would take a random one.
fn identity(about: &About, document: &Document) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(about.title.as_bytes());
    hash.update(about.made.0.to_be_bytes());
    for (name, value) in &about.properties {
        hash.update(name.as_bytes());
        hash.update(value.as_bytes());
    }
    for stream in document.objects.values().filter_map(|object| object.as_stream().ok()) {
        hash.update(&stream.content);
    }
    hash.finalize().iter().take(16).copied().collect()
}

fn describe_catalog(document: &mut Document, about: &About, tree: ObjectId) -> Result<(), PdfFault> {
    let kind = dictionary! { "Type" => "Metadata", "Subtype" => "XML" };
    // Metadata stays readable without a PDF reader, so it is not compressed.
    let metadata = document.add_object(Stream::new(kind, xmp(about).into_bytes()).with_compression(false));
    let catalog = document.catalog_mut()?;
    catalog.remove(b"PageLayout");
    catalog.set("Lang", Object::string_literal("en-GB"));
    catalog.set("MarkInfo", dictionary! { "Marked" => true });
    catalog.set("ViewerPreferences", dictionary! { "DisplayDocTitle" => true });
    catalog.set("StructTreeRoot", Object::Reference(tree));
    catalog.set("Metadata", Object::Reference(metadata));
    Ok(())
}

/// The information dictionary is written afresh: printpdf's claims to be PDF/X.
fn describe_trailer(document: &mut Document, about: &About, id: &[u8]) {
    let date = Object::string_literal(about.made.utc().format("D:%Y%m%d%H%M%SZ").to_string());
    let mut info: Dictionary = dictionary! {
        "Title" => text_string(&about.title),
        "Author" => text_string(&about.author),
        "Subject" => text_string(&about.subject),
        "Creator" => text_string(PRODUCER),
        "Producer" => text_string(PRODUCER),
        "CreationDate" => date.clone(),
        "ModDate" => date,
    };
    for (name, value) in &about.properties {
        info.set(*name, text_string(value));
    }
    if let Ok(old) = document.trailer.get(b"Info").and_then(Object::as_reference) {
        document.set_object(old, info);
    }
    let id = Object::String(id.to_vec(), StringFormat::Hexadecimal);
    document.trailer.set("ID", vec![id.clone(), id]);
}

/// The same facts as XMP (ISO 16684-1), with our own properties in a namespace of their own.
fn xmp(about: &About) -> String {
    let date = rfc3339_seconds(about.made);
    let own: String = about
        .properties
        .iter()
        .map(|(name, value)| format!("   <seamark:{name}>{}</seamark:{name}>\n", escaped(value)))
        .collect();
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n \
         <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n  \
         <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" \
         xmlns:seamark=\"urn:seamark:document:1#\">\n   \
         <dc:format>application/pdf</dc:format>\n   \
         <dc:language><rdf:Bag><rdf:li>en-GB</rdf:li></rdf:Bag></dc:language>\n   \
         <dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>\n   \
         <dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>\n   \
         <dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">{subject}</rdf:li></rdf:Alt></dc:description>\n   \
         <xmp:CreateDate>{date}</xmp:CreateDate>\n   \
         <xmp:ModifyDate>{date}</xmp:ModifyDate>\n   \
         <xmp:CreatorTool>{PRODUCER}</xmp:CreatorTool>\n   \
         <pdf:Producer>{PRODUCER}</pdf:Producer>\n\
         {own}  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>",
        title = escaped(&about.title),
        author = escaped(&about.author),
        subject = escaped(&about.subject),
    )
}

fn rfc3339_seconds(at: Instant) -> String {
    at.utc().format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
