namespace Clef
{
    /// <summary>
    /// The scopes that clef knows. The service may add more before clef does: a <see cref="ScopeSet"/> takes any name.
    /// </summary>
    public enum Scope
    {
        /// <summary>
        /// Not a scope: what <see cref="ScopeNames.FromName"/> gives for a name that this version does not know.
        /// </summary>
        Unknown = 0,

        /// <summary><c>app-remote-control</c>; outside the Web API, so not in <c>every</c>.</summary>
        AppRemoteControl = 1,

        /// <summary><c>playlist-modify-private</c></summary>
        PlaylistModifyPrivate = 2,

        /// <summary><c>playlist-modify-public</c></summary>
        PlaylistModifyPublic = 3,

        /// <summary><c>playlist-read-collaborative</c></summary>
        PlaylistReadCollaborative = 4,

        /// <summary><c>playlist-read-private</c></summary>
        PlaylistReadPrivate = 5,

        /// <summary><c>streaming</c>; outside the Web API, so not in <c>every</c>.</summary>
        Streaming = 6,

        /// <summary><c>ugc-image-upload</c></summary>
        UgcImageUpload = 7,

        /// <summary><c>user-follow-modify</c></summary>
        UserFollowModify = 8,

        /// <summary><c>user-follow-read</c></summary>
        UserFollowRead = 9,

        /// <summary><c>user-library-modify</c></summary>
        UserLibraryModify = 10,

        /// <summary><c>user-library-read</c></summary>
        UserLibraryRead = 11,

        /// <summary><c>user-modify-playback-state</c></summary>
        UserModifyPlaybackState = 12,

        /// <summary><c>user-read-currently-playing</c></summary>
        UserReadCurrentlyPlaying = 13,

        /// <summary><c>user-read-email</c></summary>
        UserReadEmail = 14,

        /// <summary><c>user-read-playback-position</c></summary>
        UserReadPlaybackPosition = 15,

        /// <summary><c>user-read-playback-state</c></summary>
        UserReadPlaybackState = 16,

        /// <summary><c>user-read-private</c></summary>
        UserReadPrivate = 17,

        /// <summary><c>user-read-recently-played</c></summary>
        UserReadRecentlyPlayed = 18,

        /// <summary><c>user-top-read</c></summary>
        UserTopRead = 19,
    }
}
