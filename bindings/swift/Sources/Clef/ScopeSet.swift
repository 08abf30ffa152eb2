import CClef

/// A privilege that a user may allow. The service may add some before clef does: any name will do.
public struct Scope: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral, CaseIterable {
    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    public init(stringLiteral name: String) {
        rawValue = name
    }

    private init(_ constant: Int) {
        rawValue = String(cString: clef_scope_name(Int32(constant)))
    }

    public static let appRemoteControl = Scope(CLEF_SCOPE_APP_REMOTE_CONTROL)
    public static let playlistModifyPrivate = Scope(CLEF_SCOPE_PLAYLIST_MODIFY_PRIVATE)
    public static let playlistModifyPublic = Scope(CLEF_SCOPE_PLAYLIST_MODIFY_PUBLIC)
    public static let playlistReadCollaborative = Scope(CLEF_SCOPE_PLAYLIST_READ_COLLABORATIVE)
    public static let playlistReadPrivate = Scope(CLEF_SCOPE_PLAYLIST_READ_PRIVATE)
    public static let streaming = Scope(CLEF_SCOPE_STREAMING)
    public static let ugcImageUpload = Scope(CLEF_SCOPE_UGC_IMAGE_UPLOAD)
    public static let userFollowModify = Scope(CLEF_SCOPE_USER_FOLLOW_MODIFY)
    public static let userFollowRead = Scope(CLEF_SCOPE_USER_FOLLOW_READ)
    public static let userLibraryModify = Scope(CLEF_SCOPE_USER_LIBRARY_MODIFY)
    public static let userLibraryRead = Scope(CLEF_SCOPE_USER_LIBRARY_READ)
    public static let userModifyPlaybackState = Scope(CLEF_SCOPE_USER_MODIFY_PLAYBACK_STATE)
    public static let userReadCurrentlyPlaying = Scope(CLEF_SCOPE_USER_READ_CURRENTLY_PLAYING)
    public static let userReadEmail = Scope(CLEF_SCOPE_USER_READ_EMAIL)
    public static let userReadPlaybackPosition = Scope(CLEF_SCOPE_USER_READ_PLAYBACK_POSITION)
    public static let userReadPlaybackState = Scope(CLEF_SCOPE_USER_READ_PLAYBACK_STATE)
    public static let userReadPrivate = Scope(CLEF_SCOPE_USER_READ_PRIVATE)
    public static let userReadRecentlyPlayed = Scope(CLEF_SCOPE_USER_READ_RECENTLY_PLAYED)
    public static let userTopRead = Scope(CLEF_SCOPE_USER_TOP_READ)

    /// Those that this version of clef has a constant for.
    public static let allCases: [Scope] = [
        .appRemoteControl, .playlistModifyPrivate, .playlistModifyPublic, .playlistReadCollaborative,
        .playlistReadPrivate, .streaming, .ugcImageUpload, .userFollowModify, .userFollowRead,
        .userLibraryModify, .userLibraryRead, .userModifyPlaybackState, .userReadCurrentlyPlaying,
        .userReadEmail, .userReadPlaybackPosition, .userReadPlaybackState, .userReadPrivate,
        .userReadRecentlyPlayed, .userTopRead,
    ]

    /// Whether this version of clef has a constant for it.
    public var isKnown: Bool {
        !rawValue.utf8.contains(0)
            && clef_scope_from_name(rawValue) != Int32(CLEF_SCOPE_UNKNOWN)
    }
}

/// A set of scopes, sorted by name: `[.userReadEmail, "a-scope-of-tomorrow"]`.
public struct ScopeSet: Sendable, SetAlgebra, Sequence, Hashable, CustomStringConvertible {
    public typealias Element = Scope

    private(set) var handle: Handle

    init(_ handle: Handle) {
        self.handle = handle
    }

    /// The empty set.
    public init() {
        handle = ScopeSet.made(clef_scope_set_new())
    }

    /// The names in a text, with white space between them.
    ///
    /// Throws ``Status/invalidArgument`` for characters that no scope has (RFC 6749 section 3.3).
    public init(parsing names: String) throws {
        let names = try names.forC("names")
        handle = try make(clef_scope_set_free) { clef_scope_set_parse(names, $0, $1) }
    }

    /// Names that no scope can have are a mistake of the program, and end it: see ``init(parsing:)`` for texts that come
    /// from elsewhere.
    public init<Scopes: Sequence>(_ scopes: Scopes) where Scopes.Element == Scope {
        do {
            try self.init(parsing: scopes.map(\.rawValue).joined(separator: " "))
        } catch {
            preconditionFailure("\(error)")
        }
    }

    public init(arrayLiteral scopes: Scope...) {
        self.init(scopes)
    }

    /// All scopes that read.
    public static var read: ScopeSet { ScopeSet(made(clef_scope_set_read())) }
    /// All scopes that write.
    public static var write: ScopeSet { ScopeSet(made(clef_scope_set_write())) }
    /// All scopes of the Web API.
    public static var every: ScopeSet { ScopeSet(made(clef_scope_set_every())) }

    private static func made(_ set: OpaquePointer?) -> Handle {
        guard let set else { preconditionFailure("clef gave no scope set") }
        return Handle(set, clef_scope_set_free)
    }

    public var count: Int {
        handle.use { clef_scope_set_len($0) }
    }

    public var isEmpty: Bool {
        count == 0
    }

    /// The names, sorted, with spaces between them: as in a request.
    public var description: String {
        handle.text { clef_scope_set_to_string($0) } ?? ""
    }

    public func makeIterator() -> AnyIterator<Scope> {
        var index = 0
        return AnyIterator {
            guard index < count else { return nil }
            defer { index += 1 }
            return handle.text { clef_scope_set_get($0, index) }.map(Scope.init(rawValue:))
        }
    }

    public func contains(_ scope: Scope) -> Bool {
        guard let name = try? scope.rawValue.forC("scope") else { return false }
        return handle.use { clef_scope_set_contains($0, name) }
    }

    public func isSubset(of other: ScopeSet) -> Bool {
        handle.use { a in other.handle.use { b in clef_scope_set_is_subset(a, b) } }
    }

    public static func == (a: ScopeSet, b: ScopeSet) -> Bool {
        a.handle.use { a in b.handle.use { b in clef_scope_set_equals(a, b) } }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(description)
    }

    public func union(_ other: __owned ScopeSet) -> ScopeSet {
        combined(other, clef_scope_set_union)
    }

    public func subtracting(_ other: ScopeSet) -> ScopeSet {
        combined(other, clef_scope_set_difference)
    }

    public func intersection(_ other: ScopeSet) -> ScopeSet {
        subtracting(subtracting(other))
    }

    public func symmetricDifference(_ other: __owned ScopeSet) -> ScopeSet {
        subtracting(other).union(other.subtracting(self))
    }

    public static func + (a: ScopeSet, b: ScopeSet) -> ScopeSet {
        a.union(b)
    }

    public static func - (a: ScopeSet, b: ScopeSet) -> ScopeSet {
        a.subtracting(b)
    }

    public mutating func formUnion(_ other: __owned ScopeSet) {
        self = union(other)
    }

    public mutating func formIntersection(_ other: ScopeSet) {
        self = intersection(other)
    }

    public mutating func formSymmetricDifference(_ other: __owned ScopeSet) {
        self = symmetricDifference(other)
    }

    @discardableResult
    public mutating func insert(_ scope: __owned Scope) -> (inserted: Bool, memberAfterInsert: Scope) {
        let isNew = !contains(scope)
        formUnion([scope])
        return (isNew, scope)
    }

    @discardableResult
    public mutating func remove(_ scope: Scope) -> Scope? {
        guard contains(scope) else { return nil }
        self = subtracting([scope])
        return scope
    }

    @discardableResult
    public mutating func update(with scope: __owned Scope) -> Scope? {
        insert(scope).inserted ? nil : scope
    }

    private func combined(
        _ other: ScopeSet,
        _ combine: (OpaquePointer?, OpaquePointer?, HandleOut?, ErrorOut?) -> clef_status
    ) -> ScopeSet {
        let made = handle.use { a in
            other.handle.use { b in
                Result { try make(clef_scope_set_free) { combine(a, b, $0, $1) } }
            }
        }
        guard case .success(let combined) = made else {
            preconditionFailure("two scope sets can be combined")
        }
        return ScopeSet(combined)
    }
}
