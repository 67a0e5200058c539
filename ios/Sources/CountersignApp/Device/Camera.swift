import AVFoundation
import Countersign
import SwiftUI
import UIKit

/// The camera's picture, whose frames go to the core where they lie.
struct CameraPicture: UIViewRepresentable {
    let shell: Shell
    let torch: Bool

    func makeCoordinator() -> Camera { Camera(shell) }

    func makeUIView(context: Context) -> PreviewView {
        let view = PreviewView()
        context.coordinator.start(on: view.preview)
        return view
    }

    func updateUIView(_ view: PreviewView, context: Context) {
        context.coordinator.light(torch)
    }

    static func dismantleUIView(_ view: PreviewView, coordinator: Camera) {
        coordinator.stop()
    }
}

final class PreviewView: UIView {
    override class var layerClass: AnyClass { AVCaptureVideoPreviewLayer.self }

    var preview: AVCaptureVideoPreviewLayer {
        guard let layer = layer as? AVCaptureVideoPreviewLayer else { fatalError("the layer is of layerClass") }
        return layer
    }
}

/// The camera of the back. Its session lives on a queue of its own, on which frames come one after the other; those that
/// come while one is looked at are dropped by the system.
final class Camera: NSObject, AVCaptureVideoDataOutputSampleBufferDelegate, @unchecked Sendable {
    private let shell: Shell
    private let flow: EnrollmentSession?
    let device = AVCaptureDevice.default(.builtInWideAngleCamera, for: .video, position: .back)
    private let queue = DispatchQueue(label: "io.countersign.camera", qos: .userInitiated)
    private let capture = AVCaptureSession()
    private var coordinator: AVCaptureDevice.RotationCoordinator?
    private var turning: NSKeyValueObservation?
    @MainActor private weak var preview: AVCaptureVideoPreviewLayer?
    private let lock = NSLock()
    private var rotation = 90

    @MainActor
    init(_ shell: Shell) {
        self.shell = shell
        flow = shell.session
    }

    @MainActor
    func start(on preview: AVCaptureVideoPreviewLayer) {
        self.preview = preview
        preview.session = capture
        preview.videoGravity = .resizeAspectFill
        guard let device else { return }
        let coordinator = AVCaptureDevice.RotationCoordinator(device: device, previewLayer: preview)
        self.coordinator = coordinator
        turning = coordinator.observe(\.videoRotationAngleForHorizonLevelPreview, options: [.initial, .new]) {
            [weak self] coordinator, _ in
            let angle = coordinator.videoRotationAngleForHorizonLevelPreview
            Task { @MainActor in self?.turn(to: angle) }
        }
        queue.async { self.begin(with: device) }
    }

    private func begin(with device: AVCaptureDevice) {
        let output = AVCaptureVideoDataOutput()
        // The luma plane comes first, and no picture in colour is ever made.
        output.videoSettings = [
            kCVPixelBufferPixelFormatTypeKey as String: kCVPixelFormatType_420YpCbCr8BiPlanarFullRange
        ]
        output.alwaysDiscardsLateVideoFrames = true
        output.setSampleBufferDelegate(self, queue: queue)
        capture.beginConfiguration()
        if capture.canSetSessionPreset(.hd1280x720) { capture.sessionPreset = .hd1280x720 }
        if let input = try? AVCaptureDeviceInput(device: device), capture.canAddInput(input) { capture.addInput(input) }
        if capture.canAddOutput(output) { capture.addOutput(output) }
        capture.commitConfiguration()
        capture.startRunning()
    }

    func stop() {
        light(false)
        queue.async { self.capture.stopRunning() }
    }

    func light(_ on: Bool) {
        queue.async {
            guard let device = self.device, device.hasTorch, (try? device.lockForConfiguration()) != nil else { return }
            device.torchMode = on ? .on : .off
            device.unlockForConfiguration()
        }
    }

    func captureOutput(
        _ output: AVCaptureOutput, didOutput sampleBuffer: CMSampleBuffer, from connection: AVCaptureConnection
    ) {
        guard let flow, let picture = CMSampleBufferGetImageBuffer(sampleBuffer) else { return }
        CVPixelBufferLockBaseAddress(picture, .readOnly)
        defer { CVPixelBufferUnlockBaseAddress(picture, .readOnly) }
        guard let luma = CVPixelBufferGetBaseAddressOfPlane(picture, 0) else { return }
        let (width, height) = (CVPixelBufferGetWidthOfPlane(picture, 0), CVPixelBufferGetHeightOfPlane(picture, 0))
        let rowStride = CVPixelBufferGetBytesPerRowOfPlane(picture, 0)
        shell.frame(
            UnsafeRawBufferPointer(start: luma, count: rowStride * height), width: width, height: height,
            rowStride: rowStride, rotation: lock.withLock { rotation }, of: flow)
    }

    @MainActor
    private func turn(to angle: CGFloat) {
        preview?.connection?.videoRotationAngle = angle
        lock.withLock { rotation = Int(angle) }
    }
}
