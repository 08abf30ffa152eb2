using System.Collections.Generic;
using Clef;

namespace Conformance
{
    /// <summary>What a listener has heard.</summary>
    internal sealed class Listening
    {
        private readonly object gate = new object();
        private readonly List<string> events = new List<string>();
        private readonly Status answer;
        private string lastStatus;
        private string accessToken;

        internal Listening(Status answer)
        {
            this.answer = answer;
        }

        internal string Events
        {
            get
            {
                lock (gate)
                {
                    return events.Count == 0 ? null : string.Join(" ", events);
                }
            }
        }

        internal string LastStatus
        {
            get
            {
                lock (gate)
                {
                    return lastStatus;
                }
            }
        }

        internal string AccessToken
        {
            get
            {
                lock (gate)
                {
                    return accessToken;
                }
            }
        }

        internal Status Hear(TokenEventArgs arguments)
        {
            using (arguments.Token)
            {
                lock (gate)
                {
                    events.Add(Outcome.ConstantOf(arguments.Kind.ToString()));
                    lastStatus = arguments.Error == null ? lastStatus : Fields.ConstantOf(arguments.Error.Status);
                    accessToken = arguments.Kind == TokenEvent.Changed ? arguments.Token.AccessToken : accessToken;
                }
            }
            return answer;
        }
    }
}
