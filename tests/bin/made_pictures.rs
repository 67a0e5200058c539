//! Writes every made picture as a PNG file, and `manifest.json` of what they say: `made_pictures DIR`.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use countersign_cli::photo;
use countersign_tests::made::{FRAMES, Made, SETS};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).ok_or("usage: made_pictures DIR")?;
    let folder = Path::new(&folder);
    let mut manifest = Vec::new();
    for set in SETS {
        for made in set.pictures() {
            manifest.push(write(folder, set.name, &made)?);
        }
    }
    for frame in FRAMES {
        let made = Made { name: frame.name.into(), picture: frame.picture(), texts: Vec::new() };
        manifest.push(write(folder, "no code", &made)?);
    }
    fs::write(folder.join("manifest.json"), serde_json::to_vec_pretty(&manifest)?)?;
    Ok(())
}

/// Writes one picture; what the manifest says of it.
fn write(folder: &Path, set: &str, made: &Made) -> Result<Value, Box<dyn Error>> {
    let file = format!("{set}/{}.png", made.name).replace(' ', "-");
    let path = folder.join(&file);
    path.parent().map(fs::create_dir_all).transpose()?;
    fs::write(path, photo::png(&made.picture)?)?;
    Ok(json!({"file": file, "set": set, "expect": made.texts}))
}
