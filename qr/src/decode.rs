//! Modules to text: unmasks, corrects and reads a sampled grid (ISO/IEC 18004:2015 §12).

mod bits;
mod blocks;
mod charset;
mod field;
mod format;
mod layout;
mod reed_solomon;
mod segments;

use zeroize::Zeroizing;

use self::blocks::Patience;
use self::layout::Layout;
use crate::modules::Modules;

/// What a code says.
pub(super) struct Decoded {
    /// It may hold a secret; never empty.
    pub(super) text: Zeroizing<String>,
    /// Whether the code is seen from behind, so that its upper right is the grid's lower left.
    pub(super) mirrored: bool,
}

/// What the modules say, if their errors can be corrected; mirrored codes as well.
///
/// The version is the one that the size says. All readings of the format information are tried with
/// errors alone before any is tried with erasures, and a grid is given up at the first block that
/// cannot be corrected: most grids that come here are hopeless.
pub(super) fn decode(modules: &Modules) -> Option<Decoded> {
    let formats = format::formats(modules);
    if formats.is_empty() {
        return None;
    }
    let layout = Layout::of(modules.version());
    for (patience, most) in [(Patience::Errors, usize::MAX), (Patience::Erasures, MOST_ERASED)] {
        for &format in formats.iter().take(most) {
            let codewords = layout.read(modules, format);
            let data = blocks::correct(&codewords, modules.version(), format.level, patience);
            if let Some(text) = data.and_then(|data| segments::text(&data, modules.version())) {
                return Some(Decoded { text, mirrored: format.mirrored });
            }
        }
    }
    None
}

/// The places of the modules that carry data, as columns and rows: all others are the same in every
/// code of the version, or nearly.
pub(super) fn carriers(version: usize) -> Vec<(u8, u8)> {
    Layout::of(version).places()
}

/// How many readings of the format information are tried with erasures.
const MOST_ERASED: usize = 2;

#[cfg(test)]
mod tests;
