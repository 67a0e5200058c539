// Stands in for AVFoundation, CoreMedia and CoreVideo on Linux: what the camera calls, and a camera whose frames a test gives.

import SwiftUI
import UIKit

public struct AVMediaType: Sendable { public static let video = Self() }
public enum AVAuthorizationStatus: Sendable { case notDetermined, restricted, denied, authorized }

public final class AVCaptureDevice: @unchecked Sendable {
    public enum Position: Sendable { case back }
    public struct DeviceType: Sendable { public static let builtInWideAngleCamera = Self() }
    public enum TorchMode: Sendable { case off, on }

    @MainActor public static var status = AVAuthorizationStatus.authorized

    public let hasTorch = true
    public var torchMode = TorchMode.off

    public class func `default`(_ type: DeviceType, for mediaType: AVMediaType?, position: Position) -> AVCaptureDevice?
    {
        AVCaptureDevice()
    }
    @MainActor public class func authorizationStatus(for mediaType: AVMediaType) -> AVAuthorizationStatus { status }
    @MainActor public class func requestAccess(for mediaType: AVMediaType) async -> Bool { status == .authorized }
    public func lockForConfiguration() throws {}
    public func unlockForConfiguration() {}

    public final class RotationCoordinator: @unchecked Sendable {
        public let videoRotationAngleForHorizonLevelPreview: CGFloat = 90
        public init(device: AVCaptureDevice, previewLayer: CALayer?) {}
        public func observe<V>(
            _ path: KeyPath<RotationCoordinator, V>, options: NSKeyValueObservingOptions,
            changeHandler: @escaping @Sendable (RotationCoordinator, NSKeyValueObservedChange<V>) -> Void
        ) -> NSKeyValueObservation {
            if options.contains(.initial) { changeHandler(self, NSKeyValueObservedChange()) }
            return NSKeyValueObservation()
        }
    }
}

public struct NSKeyValueObservingOptions: OptionSet, Sendable {
    public let rawValue: UInt
    public init(rawValue: UInt) { self.rawValue = rawValue }
    public static let new = Self(rawValue: 1)
    public static let initial = Self(rawValue: 4)
}
public struct NSKeyValueObservedChange<V> {}
public final class NSKeyValueObservation: Sendable {}

open class AVCaptureInput: @unchecked Sendable {}
public final class AVCaptureDeviceInput: AVCaptureInput, @unchecked Sendable {
    public init(device: AVCaptureDevice) throws {}
}
open class AVCaptureOutput: @unchecked Sendable {}

public final class AVCaptureConnection: @unchecked Sendable {
    public var videoRotationAngle: CGFloat = 0
    public init() {}
}

public final class AVCaptureVideoDataOutput: AVCaptureOutput, @unchecked Sendable {
    public var videoSettings: [String: Any]! = [:]
    public var alwaysDiscardsLateVideoFrames = true
    private weak var delegate: (any AVCaptureVideoDataOutputSampleBufferDelegate)?
    private var queue: DispatchQueue?
    public override init() {}
    public func setSampleBufferDelegate(
        _ delegate: (any AVCaptureVideoDataOutputSampleBufferDelegate)?, queue: DispatchQueue?
    ) {
        (self.delegate, self.queue) = (delegate, queue)
    }
    /// What the camera sees, on the queue on which frames come.
    public func see(_ buffer: CMSampleBuffer) {
        queue?.sync { delegate?.captureOutput(self, didOutput: buffer, from: AVCaptureConnection()) }
    }
}

public protocol AVCaptureVideoDataOutputSampleBufferDelegate: AnyObject {
    func captureOutput(
        _ output: AVCaptureOutput, didOutput sampleBuffer: CMSampleBuffer, from connection: AVCaptureConnection)
}

public final class AVCaptureSession: @unchecked Sendable {
    public struct Preset: Sendable { public static let hd1280x720 = Self() }
    public var sessionPreset = Preset.hd1280x720
    public private(set) var outputs: [AVCaptureOutput] = []
    public private(set) var isRunning = false
    public init() {}
    public func canSetSessionPreset(_ preset: Preset) -> Bool { true }
    public func canAddInput(_ input: AVCaptureInput) -> Bool { true }
    public func addInput(_ input: AVCaptureInput) {}
    public func canAddOutput(_ output: AVCaptureOutput) -> Bool { true }
    public func addOutput(_ output: AVCaptureOutput) { outputs.append(output) }
    public func beginConfiguration() {}
    public func commitConfiguration() {}
    public func startRunning() { isRunning = true }
    public func stopRunning() { isRunning = false }
}

public struct AVLayerVideoGravity: Sendable { public static let resizeAspectFill = Self() }

public final class AVCaptureVideoPreviewLayer: CALayer {
    public var session: AVCaptureSession?
    public var videoGravity = AVLayerVideoGravity.resizeAspectFill
    public let connection: AVCaptureConnection? = AVCaptureConnection()
}

// A frame: its luma plane.

public final class CVPixelBuffer: @unchecked Sendable {
    let luma: UnsafeMutableRawBufferPointer
    let width: Int
    let rowStride: Int
    var isLocked = false

    public init(luma: [UInt8], width: Int, rowStride: Int) {
        self.luma = .allocate(byteCount: luma.count, alignment: 16)
        self.luma.copyBytes(from: luma)
        (self.width, self.rowStride) = (width, rowStride)
    }
    deinit { luma.deallocate() }
}

public final class CMSampleBuffer: @unchecked Sendable {
    let buffer: CVPixelBuffer?
    public init(_ buffer: CVPixelBuffer?) { self.buffer = buffer }
}

public struct CVPixelBufferLockFlags: OptionSet, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public static let readOnly = Self(rawValue: 1)
}

public let kCVPixelBufferPixelFormatTypeKey = "PixelFormatType"
public let kCVPixelFormatType_420YpCbCr8BiPlanarFullRange: UInt32 = 0x3432_3066

public func CMSampleBufferGetImageBuffer(_ buffer: CMSampleBuffer) -> CVPixelBuffer? { buffer.buffer }
@discardableResult
public func CVPixelBufferLockBaseAddress(_ buffer: CVPixelBuffer, _ flags: CVPixelBufferLockFlags) -> Int32 {
    buffer.isLocked = true
    return 0
}
@discardableResult
public func CVPixelBufferUnlockBaseAddress(_ buffer: CVPixelBuffer, _ flags: CVPixelBufferLockFlags) -> Int32 {
    buffer.isLocked = false
    return 0
}
/// Nothing where the buffer is not locked, as where the first plane is not looked for.
public func CVPixelBufferGetBaseAddressOfPlane(_ buffer: CVPixelBuffer, _ plane: Int) -> UnsafeMutableRawPointer? {
    buffer.isLocked && plane == 0 ? buffer.luma.baseAddress : nil
}
public func CVPixelBufferGetWidthOfPlane(_ buffer: CVPixelBuffer, _ plane: Int) -> Int { buffer.width }
public func CVPixelBufferGetHeightOfPlane(_ buffer: CVPixelBuffer, _ plane: Int) -> Int {
    buffer.luma.count / buffer.rowStride
}
public func CVPixelBufferGetBytesPerRowOfPlane(_ buffer: CVPixelBuffer, _ plane: Int) -> Int { buffer.rowStride }
