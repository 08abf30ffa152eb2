namespace Clef
{
    /// <summary>What happened to a token that refreshes itself. A later version may give more.</summary>
    public enum TokenEvent
    {
        /// <summary>
        /// There is a new token: save it, where no store does. If the listener answers anything but OK, it is offered
        /// again before the next refresh.
        /// </summary>
        Changed = 1,

        /// <summary>
        /// The token store could not save the new token. It is used all the same, and saved before the next refresh.
        /// </summary>
        SaveFailed = 2,

        /// <summary>A refresh failed. A token that is still valid goes on being served.</summary>
        RefreshFailed = 3,

        /// <summary>The grant is dead: the user has to log in again.</summary>
        LoginRequired = 4,

        /// <summary>
        /// The grant ends soon, in two weeks or as <see cref="RefreshingToken.SetGrantWarning"/> says: a good time to
        /// ask the user for another login.
        /// </summary>
        GrantExpiring = 5,
    }
}
