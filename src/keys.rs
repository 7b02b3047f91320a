//! The program's own keys, in files beside the database: made at first start, readable by the owner alone.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;

use crate::ids;
use crate::problem::{Problem, Result};

/// 256 secret bits for one purpose. Never printed.
#[derive(Clone)]
pub struct Secret(pub [u8; 32]);

impl Secret {
    /// Reads the key file, or makes it: written, synced, renamed, and the folder synced, so that a power cut leaves all or none.
    pub fn keep(folder: &Path, name: &str) -> Result<Secret> {
        let file = folder.join(name);
        if let Ok(bytes) = fs::read(&file) {
            let bytes = bytes.try_into().map_err(|_| Problem::fault(format!("{} is not a key", file.display())))?;
            return Ok(Secret(bytes));
        }
        private_folder(folder)?;
        let secret = Secret(ids::random::<32>()?);
        write_durably(&file, &secret.0)?;
        Ok(secret)
    }

    pub fn signing_key(&self) -> SigningKey {
        SigningKey::from_bytes(&self.0)
    }

    /// The key as PKCS#8, the form that token libraries read.
    pub fn pkcs8(&self) -> Result<Vec<u8>> {
        let der = self.signing_key().to_pkcs8_der().map_err(|fault| Problem::fault(format!("key: {fault}")))?;
        Ok(der.as_bytes().to_vec())
    }
}

/// Writes a file that is either wholly there after a power cut or not at all, for the owner's eyes only.
pub fn write_durably(file: &Path, bytes: &[u8]) -> Result<()> {
    let unfinished = file.with_extension("unfinished");
    private_file(&unfinished)?.write_all(bytes)?;
    name_durably(&unfinished, file)
}

/// Opens an empty file for the owner's eyes only.
pub fn private_file(file: &Path) -> Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    Ok(options.open(file)?)
}

/// Gives a file that is finished its name; both survive a power cut.
pub fn name_durably(finished: &Path, file: &Path) -> Result<()> {
    File::open(finished)?.sync_all()?;
    fs::rename(finished, file)?;
    if let Some(folder) = file.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Makes a folder that only the program's own user may look into, if it is not there yet.
pub fn private_folder(folder: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    Ok(builder.create(folder)?)
}
