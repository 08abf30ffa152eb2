import Clef
import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// HTTP that follows no redirect.
final class HTTP: NSObject, URLSessionTaskDelegate, @unchecked Sendable {
    private lazy var session = URLSession(configuration: .ephemeral, delegate: self, delegateQueue: nil)

    func urlSession(
        _ session: URLSession, task: URLSessionTask,
        willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
        completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func send(
        _ method: String, _ url: String, headers: [(name: String, value: String)] = [], body: Data? = nil
    ) async throws -> HTTPResponse {
        guard let location = URL(string: url) else { throw Complaint("\(url) is no URL") }
        var request = URLRequest(url: location)
        request.httpMethod = method
        request.httpBody = body
        for (name, value) in headers {
            request.setValue(value, forHTTPHeaderField: name)
        }
        let (data, answer) = try await session.data(for: request)
        guard let answer = answer as? HTTPURLResponse else { throw Complaint("\(url) is not HTTP") }
        let fields = answer.allHeaderFields.map { (name: "\($0.key)", value: "\($0.value)") }
        return HTTPResponse(status: answer.statusCode, headers: fields, body: data)
    }

    /// Sends a request of clef's.
    func carry(_ request: TokenRequest, to url: String) async throws -> HTTPResponse {
        try await send(request.method, url, headers: request.headers, body: request.body)
    }
}

/// The control of the sandbox.
struct Sandbox: Sendable {
    let url: String
    let http = HTTP()

    @discardableResult
    func control(_ method: String, _ path: String, _ json: String? = nil) async throws -> String {
        let answer = try await http.send(
            method, url + path, headers: [("Content-Type", "application/json")], body: json.map { Data($0.utf8) })
        let text = String(decoding: answer.body, as: UTF8.self)
        guard answer.status / 100 == 2 else { throw Complaint("\(path): HTTP \(answer.status) \(text)") }
        return text
    }

    func count(_ grantType: String?) async throws -> Int {
        let filter = grantType.map { "&grant_type=\($0)" } ?? ""
        let answer = try await control("GET", "/sandbox/count?path=/api/token\(filter)")
        guard let count = Int(answer.filter(\.isNumber)) else { throw Complaint("no count in \(answer)") }
        return count
    }

    /// Where the user is sent after their decision.
    func logIn(_ authorisationURL: String, _ decision: String) async throws -> String {
        let answer = try await http.send("GET", "\(authorisationURL)&sandbox_auto=\(decision)")
        guard let location = answer.headers.first(where: { $0.name.lowercased() == "location" }) else {
            throw Complaint("the sandbox does not redirect: HTTP \(answer.status)")
        }
        return location.value
    }
}
