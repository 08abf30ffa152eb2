import CClef
import Foundation

/// A token request that is not sent yet, each to be sent once: by ``send(in:)``, or by HTTP of your own and
/// ``finish(sentAt:response:)``. Body and headers are **secret**.
public struct TokenRequest: Sendable {
    /// Where C has it: a handle of its own, or borrowed from an exchange that is kept.
    private enum Place {
        case owned(Handle)
        case borrowed(Exchange)
    }

    private let place: Place

    init(_ handle: Handle) {
        place = .owned(handle)
    }

    init(of exchange: Exchange) {
        place = .borrowed(exchange)
    }

    public var method: String { text { clef_http_request_method($0) } }
    public var url: String { text { clef_http_request_url($0) } }

    public var headers: [(name: String, value: String)] {
        use { request in
            (0..<clef_http_request_header_count(request)).map { index in
                (
                    String(cString: clef_http_request_header_name(request, index)),
                    String(cString: clef_http_request_header_value(request, index))
                )
            }
        }
    }

    public var body: Data {
        use { request in
            var length = 0
            guard let bytes = clef_http_request_body(request, &length) else { return Data() }
            return Data(bytes: bytes, count: length)
        }
    }

    /// Whether it may be sent again although the first try may have reached the service: a code and a rotating refresh
    /// token are spent once.
    public var mayRepeat: Bool { use { clef_http_request_may_repeat($0) } }

    /// Sends it with the sender of its credentials.
    public func send(in runtime: Runtime = .shared) async throws -> Token {
        try await run(in: runtime) { start in
            use {
                clef_http_request_start(
                    $0, start.runtime, start.callback, start.userData, start.free, start.operation, start.error)
            }
        } result: { try tokenOf($0) }
    }

    /// What an answer to it means. `sentAt` is the time before it was sent.
    public func finish(sentAt: Date, response: HTTPResponse) throws -> Token {
        let answer = try response.forC()
        return try use { request in
            try answer.use { answer in
                try Token(make(clef_token_free) {
                    clef_http_request_finish(request, unixSeconds(sentAt), answer, $0, $1)
                })
            }
        }
    }

    private func use<Result>(_ body: (OpaquePointer?) throws -> Result) rethrows -> Result {
        switch place {
        case .owned(let handle): return try handle.use(body)
        case .borrowed(let exchange): return try exchange.useRequest(body)
        }
    }

    private func text(_ getter: (OpaquePointer?) -> UnsafePointer<CChar>?) -> String {
        use { request in getter(request).map { String(cString: $0) } ?? "" }
    }
}

/// What a service answered.
public struct HTTPResponse: Sendable {
    public var status: Int
    public var headers: [(name: String, value: String)]
    public var body: Data

    public init(status: Int, headers: [(name: String, value: String)] = [], body: Data = Data()) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    func forC() throws -> Handle {
        guard let status = Int32(exactly: status) else {
            throw ClefError(.invalidArgument, "an HTTP status has three digits")
        }
        let response = try body.withUnsafeBytes { bytes in
            try make(clef_http_response_free) {
                clef_http_response_new(
                    status, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, $0, $1)
            }
        }
        try response.use { response in
            for (name, value) in headers {
                let name = try name.forC("name"), value = try value.forC("value")
                try check { clef_http_response_add_header(response, name, value, $0) }
            }
        }
        return response
    }
}
