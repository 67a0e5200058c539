import Foundation
import Glibc

/// A relying party at a loopback address, which keeps what it was asked.
final class LoopbackParty: @unchecked Sendable {
    let address: String
    private let listener: Int32
    private let lock = NSLock()
    private var lines: [String] = []
    private var answer = "pending"
    private var bodies: [String] = []
    private var answerToNumbers: @Sendable (_ path: String, _ body: String) -> (Int, String) = { _, _ in (500, "") }

    var asked: [String] { lock.withLock { lines } }
    var status: String {
        get { lock.withLock { answer } }
        set { lock.withLock { answer = newValue } }
    }

    /// What was sent to `/numbers` and below, as path and body, and what it is answered; a status of 0 ends the connection.
    var sent: [String] { lock.withLock { bodies } }
    var numbers: @Sendable (_ path: String, _ body: String) -> (Int, String) {
        get { lock.withLock { answerToNumbers } }
        set { lock.withLock { answerToNumbers = newValue } }
    }

    init() {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var here = sockaddr_in()
        here.sin_family = sa_family_t(AF_INET)
        here.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let listens = withUnsafeMutablePointer(to: &here) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, size) == 0 && listen(listener, 8) == 0
                    && getsockname(listener, address, &size) == 0
            }
        }
        precondition(listens, "no loopback address to listen at")
        address = "http://127.0.0.1:\(UInt16(bigEndian: here.sin_port))"
        Thread.detachNewThread { [weak self] in
            while true {
                let client = accept(listener, nil, nil)
                if client < 0 { break }
                self?.serve(client)
                Glibc.close(client)
            }
            // Only here: until this thread has ended nobody else may be given the number.
            Glibc.close(listener)
        }
    }

    func close() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func serve(_ client: Int32) {
        var bytes: [UInt8] = []
        var some = [UInt8](repeating: 0, count: 4_096)
        func head() -> (String, String)? {
            let text = String(decoding: bytes, as: UTF8.self)
            guard let end = text.range(of: "\r\n\r\n") else { return nil }
            return (String(text[..<end.lowerBound]), String(text[end.upperBound...]))
        }
        func isWhole() -> Bool {
            guard let (head, body) = head() else { return false }
            let length = head.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
            return body.utf8.count >= length.flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
        }
        while !isWhole() {
            let count = read(client, &some, some.count)
            if count <= 0 { return }
            bytes += some[..<count]
        }
        guard let (head, body) = head(), let first = head.components(separatedBy: "\r\n").first else { return }
        lock.withLock { lines.append(first) }
        let (code, more, text): (Int, String, String)
        if first.hasPrefix("POST /sign-in ") {
            let right = body == "user=ana&password=right%20one"
            (code, more, text) = right ? (204, "Set-Cookie: session=ana; HttpOnly\r\n", "") : (401, "", "")
        } else if first.hasPrefix("GET /elsewhere ") {
            (code, more, text) = (302, "Location: /devices\r\n", "")
        } else if first.hasPrefix("GET /endless ") {
            (code, more, text) = (200, "", String(repeating: "x", count: 200_000))
        } else if !head.lowercased().contains("cookie: session=ana") {
            (code, more, text) = (401, "", "")
        } else if first.hasPrefix("POST /numbers") {
            let path = first.components(separatedBy: " ")[1]
            lock.withLock { bodies.append("\(path) \(body)") }
            let (status, said) = numbers(path, body)
            if status == 0 { return }
            (code, more, text) = (status, status == 429 ? "Retry-After: 600\r\n" : "", said)
        } else {
            (code, more, text) = (200, "", "{\"status\":\"\(status)\"}")
        }
        let date = "Date: Mon, 03 Mar 2025 14:14:52 GMT\r\n"
        let length = "Content-Length: \(text.utf8.count)\r\nConnection: close\r\n\r\n"
        let answer = "HTTP/1.1 \(code) X\r\n\(date)\(more)\(length)\(text)"
        _ = Array(answer.utf8).withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }
}
