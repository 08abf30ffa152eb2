using System;

namespace Conformance
{
    /// <summary>What fails a scenario.</summary>
    internal sealed class Failed : Exception
    {
        internal Failed(string message) : base(message)
        {
        }
    }
}
