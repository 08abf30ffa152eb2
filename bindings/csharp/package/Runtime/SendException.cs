using System;

namespace Clef
{
    /// <summary>Thrown by a sender of yours that cannot carry a request.</summary>
    public sealed class SendException : Exception
    {
        /// <summary>A failure.</summary>
        /// <param name="status">Why, as for <see cref="Exchange.Fail"/>.</param>
        /// <param name="mayHaveBeenSent">Whether the request may have reached the service.</param>
        /// <param name="message">What to say.</param>
        public SendException(Status status, bool mayHaveBeenSent, string message) : base(message)
        {
            Status = status;
            MayHaveBeenSent = mayHaveBeenSent;
        }

        /// <summary>Why.</summary>
        public Status Status { get; }

        /// <summary>Whether the request may have reached the service.</summary>
        public bool MayHaveBeenSent { get; }
    }
}
