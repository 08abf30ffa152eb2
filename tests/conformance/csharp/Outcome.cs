using System;
using System.Collections.Generic;
using System.Globalization;
using Clef;

namespace Conformance
{
    /// <summary>How a step ended: with a result, or with an error of clef's.</summary>
    internal sealed class Outcome
    {
        private Outcome(object result, Exception error)
        {
            Result = result;
            Error = error;
        }

        internal object Result { get; }

        internal Exception Error { get; }

        internal Status Status
        {
            get
            {
                return Error == null ? Status.Ok : (Error as ClefException)?.Status ?? Status.Cancelled;
            }
        }

        internal static Outcome Of(Func<object> call)
        {
            try
            {
                return new Outcome(call(), null);
            }
            catch (ClefException error)
            {
                return new Outcome(null, error);
            }
            catch (OperationCanceledException error)
            {
                return new Outcome(null, error);
            }
        }

        /// <summary>The result, or the exception again.</summary>
        internal object Get()
        {
            if (Error != null)
            {
                throw Error;
            }
            return Result;
        }

        public override string ToString()
        {
            return Error == null ? "success" : $"{Status.Name()}: {Error.Message}";
        }

        internal void Check(Status expected, List<KeyValuePair<string, string>> expectations)
        {
            if (Error == null || Status != expected)
            {
                throw new Failed($"{this}, and expected was {expected.Name()}");
            }
            foreach (KeyValuePair<string, string> expectation in expectations)
            {
                if (!Holds(expectation.Key, expectation.Value))
                {
                    throw new Failed($"{expectation.Key} is not {expectation.Value}: {this}");
                }
            }
        }

        private bool Holds(string what, string value)
        {
            var error = Error as ClefException;
            switch (what)
            {
                case "remedy":
                    return ConstantOf((error?.Remedy ?? Remedy.None).ToString()) == value;
                case "oauth_error":
                    return (error?.OAuthError ?? "none") == value;
                case "oauth_description":
                    return (error?.OAuthDescription ?? "none") == value;
                case "http_status":
                    return (error?.HttpStatus?.ToString(CultureInfo.InvariantCulture) ?? "none") == value;
                case "retry_after":
                    return (error?.RetryAfter == null ? "none" : Fields.Of(error.RetryAfter.Value)) == value;
                case "message_has":
                    return Error.Message.Contains(value);
                case "message_lacks":
                    return !Error.Message.Contains(value) && !Error.ToString().Contains(value);
                default:
                    throw new Failed($"there is no expectation {what}");
            }
        }

        /// <summary>LogIn as LOG_IN.</summary>
        internal static string ConstantOf(string name)
        {
            var constant = "";
            foreach (char character in name)
            {
                constant += char.IsUpper(character) && constant != "" ? "_" + character : character.ToString();
            }
            return constant.ToUpperInvariant();
        }
    }
}
