//! A form that brings a file: its fields as any form's, and the file whole, up to a size.

use actix_multipart::{Field, Multipart};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::TryStreamExt;
use futures_util::future::LocalBoxFuture;

use super::Arrival;
use super::form::{Form, LARGEST, check_token};
use crate::problem::{Problem, Result};

/// Of a file we keep this many bytes and one more, so that whoever reads it can say that it is too large.
pub const LARGEST_FILE: usize = 8 * 1024 * 1024;
/// Nobody sends us more than this: we stop listening.
const MOST_READ: usize = 4 * LARGEST_FILE;

pub struct Upload {
    pub form: Form,
    /// None if no file was chosen.
    pub file: Option<SentFile>,
}

pub struct SentFile {
    /// As the sender calls it, without its folders.
    pub name: String,
    pub bytes: Vec<u8>,
}

impl FromRequest for Upload {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Upload>>;

    /// Reads all parts and checks the session's token, as `Form` does.
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let arrival = request.extensions().get::<Arrival>().cloned();
        let parts = Multipart::new(request.headers(), payload.take());
        Box::pin(async move {
            let upload = read(parts).await?;
            if let Some(guest) = arrival.and_then(|arrival| arrival.guest) {
                check_token(&guest.form_token, upload.form.get("token"))?;
            }
            Ok(upload)
        })
    }
}

async fn read(mut parts: Multipart) -> Result<Upload> {
    let mut upload = Upload { form: Form::default(), file: None };
    while let Some(mut part) = parts.try_next().await.map_err(not_whole)? {
        let said = part.content_disposition();
        let field = said.and_then(|said| said.get_name()).unwrap_or_default().to_owned();
        let file = said.and_then(|said| said.get_filename()).map(last_part);
        match file {
            None => upload.form.0.push((field, text(&mut part).await?)),
            Some(name) => {
                let bytes = bytes(&mut part, LARGEST_FILE + 1).await?;
                // A browser sends an empty part for a file that was not chosen.
                upload.file = (!name.is_empty() || !bytes.is_empty()).then_some(SentFile { name, bytes });
            }
        }
    }
    Ok(upload)
}

async fn text(part: &mut Field) -> Result<String> {
    let bytes = bytes(part, LARGEST).await?;
    String::from_utf8(bytes).map_err(|_| Problem::refused("This form was not whole. Send it once more."))
}

/// The part's first bytes; the rest is read and let go, so that the sender gets an answer.
async fn bytes(part: &mut Field, most: usize) -> Result<Vec<u8>> {
    let (mut kept, mut read) = (Vec::new(), 0);
    while let Some(chunk) = part.try_next().await.map_err(not_whole)? {
        read += chunk.len();
        if read > MOST_READ {
            return Err(Problem::refused("That was more than this form can take."));
        }
        let room = most.saturating_sub(kept.len()).min(chunk.len());
        kept.extend_from_slice(&chunk[..room]);
    }
    Ok(kept)
}

fn not_whole(_: actix_multipart::MultipartError) -> Problem {
    Problem::refused("The file did not arrive whole. Send it once more.")
}

/// Some browsers send the whole path.
fn last_part(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.chars().filter(|letter| !letter.is_control()).collect()
}
