import Countersign
import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Speaks with the relying party: by https, but with a server on this very device. The session that a sign-in gives is the
/// cookies of its answer; it lives as long as this object, and goes to where it came from only.
@MainActor
final class RelyingPartyClient {
    private let signInAddress: URL?
    private let now: () -> Date
    private var cookies: String?

    init(signInAddress: URL?, now: @escaping () -> Date = Date.init) {
        self.signInAddress = signInAddress
        self.now = now
    }

    /// Posts the form `user` and `password`. An answer of 2xx lets the user in, 401 and 403 do not; nothing where none or
    /// another comes.
    func signIn(user: String, password: String) async -> Bool? {
        guard let signInAddress else { return nil }
        var request = URLRequest(url: signInAddress)
        request.httpMethod = "POST"
        request.setValue("application/x-www-form-urlencoded", forHTTPHeaderField: "Content-Type")
        request.httpBody = Data("user=\(encoded(user))&password=\(encoded(password))".utf8)
        guard let answer = await exchange(request, seconds: Self.timeoutSeconds) else { return nil }
        switch answer.response.statusCode {
        case 200...299:
            let fields = answer.response.allHeaderFields.compactMap { name, value in
                (name as? String).flatMap { name in (value as? String).map { (name, $0) } }
            }
            let header = [String: String](fields) { $1 }
            let given = HTTPCookie.cookies(withResponseHeaderFields: header, for: signInAddress)
            cookies = given.isEmpty ? nil : given.map { "\($0.name)=\($0.value)" }.joined(separator: "; ")
            return true
        case 401, 403: return false
        default: return nil
        }
    }

    /// Carries out the flow's request as it is, and once; nothing where no answer comes in time.
    func ask(_ asked: Request) async -> Response? {
        guard let address = URL(string: asked.url) else { return nil }
        var request = URLRequest(url: address)
        request.httpMethod = asked.method
        request.setValue(asked.accept, forHTTPHeaderField: "Accept")
        if asked.method == "POST" {
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            request.httpBody = Data((asked.body ?? "").utf8)
        }
        if let cookies, isSignInPlace(address) { request.setValue(cookies, forHTTPHeaderField: "Cookie") }
        guard let answer = await exchange(request, seconds: Double(asked.timeoutSeconds)) else { return nil }
        return Response(
            status: UInt16(clamping: answer.response.statusCode), body: answer.body,
            date: answer.response.value(forHTTPHeaderField: "Date"), receivedAt: UInt64(now().timeIntervalSince1970),
            retryAfter: answer.response.value(forHTTPHeaderField: "Retry-After"))
    }

    private func exchange(_ request: URLRequest, seconds: Double) async -> Exchange.Answer? {
        guard let address = request.url else { return nil }
        let isHere = ["localhost", "127.0.0.1", "[::1]", "::1"].contains(address.host())
        guard address.scheme == "https" || (address.scheme == "http" && isHere) else { return nil }
        return await Exchange.carryOut(request, seconds: seconds)
    }

    private func isSignInPlace(_ address: URL) -> Bool {
        guard let from = signInAddress else { return false }
        return from.scheme == address.scheme && from.host() == address.host() && from.port == address.port
    }

    private func encoded(_ text: String) -> String {
        let plain = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    }

    private static let timeoutSeconds = 15.0
}

/// One request and its answer, of which no more is taken than the core believes. No redirect is followed.
private final class Exchange: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    struct Answer: Sendable {
        let response: HTTPURLResponse
        let body: Data
    }

    // Touched on the session's one queue only.
    private var body = Data()
    private let done: CheckedContinuation<Answer?, Never>

    static func carryOut(_ request: URLRequest, seconds: Double) async -> Answer? {
        let settings = URLSessionConfiguration.ephemeral
        settings.httpShouldSetCookies = false
        settings.httpCookieAcceptPolicy = .never
        settings.urlCache = nil
        settings.timeoutIntervalForRequest = seconds
        // Whoever answers a little at a time does not get longer.
        settings.timeoutIntervalForResource = seconds
        return await withCheckedContinuation { continuation in
            let session = URLSession(configuration: settings, delegate: Exchange(continuation), delegateQueue: nil)
            session.dataTask(with: request).resume()
            session.finishTasksAndInvalidate()
        }
    }

    private init(_ done: CheckedContinuation<Answer?, Never>) {
        self.done = done
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        body += data.prefix(Self.mostBytes + 1 - body.count)
        if body.count > Self.mostBytes { dataTask.cancel() }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        let whole = error == nil || body.count > Self.mostBytes
        let response = whole ? task.response as? HTTPURLResponse : nil
        done.resume(returning: response.map { Answer(response: $0, body: body) })
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    private static let mostBytes = 64 * 1024
}
