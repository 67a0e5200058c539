//! What a phone has: a folder of the app, a key in its store, and a camera.

use std::sync::Arc;

use countersign_ffi::{CountersignError, Enrollment, Event, Imported, Sight, Vault, View};
use qrcode::{Color, QrCode};
use tempfile::TempDir;

/// The key that the platform's store holds.
pub(crate) const KEY: [u8; 32] = [1; 32];

pub(crate) const PAYLOAD: &str = "otpauth://totp/Example:alice?secret=JBSWY3DPEHPK3PXP";

/// A time at which the code of [`PAYLOAD`] is 915760.
pub(crate) const NOW: u64 = 1_741_011_292;

/// A new vault in a folder of its own, which goes with the second value.
pub(crate) fn vault() -> (Arc<Vault>, TempDir) {
    let folder = TempDir::new().unwrap();
    let vault = vault_in(&folder);
    vault.create_with_device_key(&KEY).unwrap();
    (vault, folder)
}

/// The vault of this folder, as the app finds it when it is started.
pub(crate) fn vault_in(folder: &TempDir) -> Arc<Vault> {
    Vault::new(folder.path().join("vault").into_os_string().into_string().unwrap())
}

/// A flow that looks for a code.
pub(crate) fn looking(vault: &Arc<Vault>) -> Arc<Enrollment> {
    let flow = Enrollment::start(vault.clone(), None).unwrap();
    flow.on(Event::ScanQr).unwrap();
    let step = flow.on(Event::CameraGranted).unwrap();
    assert!(matches!(step.view, View::ScanQr { notice: None }));
    flow
}

/// The luma plane of a camera that looks at a QR code, its rows padded as cameras do.
pub(crate) struct Plane {
    luma: Vec<u8>,
    side: u32,
    row_stride: u32,
}

impl Plane {
    pub(crate) fn of(text: &str) -> Self {
        let code = QrCode::new(text).unwrap();
        let (size, colours) = (code.width(), code.to_colors());
        let side = 4 * (size + 8);
        let row_stride = side + 13;
        let luma = (0..side * row_stride).map(|at| {
            let (x, y) = (at % row_stride / 4, at / row_stride / 4);
            let (x, y) = (x.wrapping_sub(4), y.wrapping_sub(4));
            let dark = x < size && y < size && colours[y * size + x] == Color::Dark;
            if dark { 20 } else { 230 }
        });
        let (side, row_stride) = (u32::try_from(side).unwrap(), u32::try_from(row_stride).unwrap());
        Self { luma: luma.collect(), side, row_stride }
    }

    pub(crate) fn shown_to(&self, flow: &Enrollment) -> Result<Sight, CountersignError> {
        flow.frame(&self.luma, self.side, self.side, self.row_stride)
    }

    pub(crate) fn imported_by(&self, vault: &Vault) -> Result<Option<Imported>, CountersignError> {
        vault.import_frame(&self.luma, self.side, self.side, self.row_stride)
    }
}
