using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Clef;

namespace Conformance
{
    /// <summary>One verb with its arguments, whose names are replaced.</summary>
    internal sealed class Step
    {
        private readonly Dictionary<string, string> arguments;

        internal Step(Play play, string verb, Dictionary<string, string> arguments)
        {
            Play = play;
            Verb = verb;
            this.arguments = arguments;
        }

        internal Play Play { get; }

        internal string Verb { get; }

        internal IEnumerable<KeyValuePair<string, string>> Arguments
        {
            get { return arguments; }
        }

        /// <summary>The step of the verb that this one begins in the background.</summary>
        internal Step Of(string verb)
        {
            return new Step(Play, verb, arguments);
        }

        internal void CheckArguments(string known)
        {
            string[] names = known.Split(' ');
            string unknown = arguments.Keys.FirstOrDefault(name => !names.Contains(name));
            if (unknown != null)
            {
                throw new Failed($"{Verb} has no argument {unknown}");
            }
        }

        internal bool Has(string name)
        {
            return arguments.ContainsKey(name);
        }

        internal string Text(string name)
        {
            string value;
            if (!arguments.TryGetValue(name, out value))
            {
                throw new Failed($"{Verb} needs the argument {name}");
            }
            return value;
        }

        internal string Text(string name, string otherwise)
        {
            return Has(name) ? Text(name) : otherwise;
        }

        internal long Number(string name)
        {
            return NumberOf(Text(name));
        }

        internal long Number(string name, long otherwise)
        {
            return Has(name) ? Number(name) : otherwise;
        }

        internal static long NumberOf(string text)
        {
            long number;
            if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number))
            {
                throw new Failed($"{text} is no number");
            }
            return number;
        }

        internal bool Flag(string name)
        {
            if (Has(name) && Text(name) != "yes")
            {
                throw new Failed($"{name} is a flag, and yes where it is given");
            }
            return Has(name);
        }

        internal TimeSpan Milliseconds(string name, long otherwise)
        {
            return TimeSpan.FromMilliseconds(Number(name, otherwise));
        }

        internal ScopeSet Scopes(string name)
        {
            return Has(name) ? Play.Keep(ScopeSet.Parse(Text(name))) : null;
        }

        internal AuthorisationFlags AuthorisationFlags()
        {
            return (Flag("show_dialog") ? Clef.AuthorisationFlags.ShowDialog : 0)
                | (Has("pkce") && Flag("pkce") ? Clef.AuthorisationFlags.Pkce : 0);
        }

        internal T Object<T>(string name) where T : class
        {
            return Play.Named(Text(name)) as T ?? throw new Failed($"{Text(name)} is no {typeof(T).Name}");
        }

        internal static Status StatusNamed(string name)
        {
            foreach (Status status in Enum.GetValues(typeof(Status)))
            {
                if (status.Name() == "CLEF_STATUS_" + name)
                {
                    return status;
                }
            }
            throw new Failed($"there is no status {name}");
        }
    }
}
