//! One QR reader, named by the first argument, on a list of pictures.
//!
//! ```text
//! countersign-peers list                     the readers that were built in, one a line
//! countersign-peers grey FROM TO             a picture file becomes a grey one (binary PGM)
//! countersign-peers READER [REPEATS]         reads the grey pictures named on its input
//! ```
//!
//! A reader answers each line of its input with a line of JSON: `file`, `texts`, and `ms`, the CPU
//! time of the read alone, the median of up to `REPEATS` reads. A picture that takes more than two
//! seconds ends the process with `"gave_up": true`; whoever started it goes on with the next picture.

mod grey;
mod readers;
mod watch;

use std::env;
use std::io::{self, BufRead};
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::readers::Reader;

fn main() -> Result<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["list"] => readers::NAMES.iter().for_each(|name| println!("{name}")),
        ["grey"] => grey_all()?,
        [name] => read_all(Reader::new(name)?, 3)?,
        [name, repeats] => read_all(Reader::new(name)?, repeats.parse()?)?,
        _ => bail!("usage: list | grey | READER [REPEATS]"),
    }
    Ok(())
}

/// Makes grey pictures of all that the input names, two paths with a tab between on each line.
fn grey_all() -> Result<()> {
    for line in io::stdin().lock().lines() {
        let line = line?;
        let (from, to) = line.split_once('\t').context("a line is FROM, a tab, TO")?;
        match grey::from_file(Path::new(from)) {
            Ok(picture) => picture.save(Path::new(to))?,
            Err(error) => println!("{from}: {error:#}"),
        }
    }
    Ok(())
}

fn read_all(mut reader: Reader, repeats: usize) -> Result<()> {
    // The first read of a process pays for pages and tables that the next ones find ready.
    reader.read(&grey::Picture::ramp(200, 200));
    let watch = watch::start();
    for file in io::stdin().lock().lines() {
        let file = file?;
        let picture = grey::Picture::open(Path::new(&file))?;
        watch.begin(&file);
        let (mut texts, mut times) = (Vec::new(), Vec::new());
        // One slow read is as telling as three.
        while times.is_empty() || (times.len() < repeats && times.iter().sum::<f64>() < ENOUGH_MS) {
            let started = watch::cpu_ms();
            texts = reader.read(&picture);
            times.push(watch::cpu_ms() - started);
        }
        times.sort_by(f64::total_cmp);
        watch.end(&texts, times[times.len() / 2]);
    }
    Ok(())
}

const ENOUGH_MS: f64 = 250.0;
