//! The limit of CPU time for one picture, and the lines that tell of each.

use std::io::{self, Write};
use std::process;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use cpu_time::ProcessTime;
use serde_json::json;

/// Watches from a thread of its own whether the picture at hand takes too long.
pub(crate) struct Watch(Arc<Mutex<Option<Begun>>>);

struct Begun {
    file: String,
    at_ms: f64,
}

/// The CPU time of this process, which is that of its reader: the watch sleeps.
pub(crate) fn cpu_ms() -> f64 {
    ProcessTime::now().as_duration().as_secs_f64() * 1000.0
}

pub(crate) fn start() -> Watch {
    let watch = Watch(Arc::default());
    let begun = Arc::clone(&watch.0);
    thread::spawn(move || {
        loop {
            thread::sleep(Duration::from_millis(20));
            let begun = begun.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(Begun { file, at_ms }) = begun.as_ref()
                && cpu_ms() - at_ms > LIMIT_MS
            {
                let ms = LIMIT_MS;
                tell(&json!({"file": file, "texts": [], "ms": ms, "gave_up": true}));
                process::exit(GAVE_UP);
            }
        }
    });
    watch
}

impl Watch {
    pub(crate) fn begin(&self, file: &str) {
        let begun = Begun { file: file.to_owned(), at_ms: cpu_ms() };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(begun);
    }

    pub(crate) fn end(&self, texts: &[String], ms: f64) {
        // Held while writing: either this line is written or that of having given up.
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Begun { file, .. }) = begun.take() {
            tell(&json!({"file": file, "texts": texts, "ms": ms}));
        }
    }
}

fn tell(line: &serde_json::Value) {
    let mut out = io::stdout().lock();
    // Whoever asked has gone away: there is nobody left to tell.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

const LIMIT_MS: f64 = 2000.0;
/// The status of a process that gave up a picture, as against one that crashed.
const GAVE_UP: i32 = 3;
