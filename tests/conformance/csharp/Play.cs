using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace Conformance
{
    /// <summary>Plays one scenario or fragment.</summary>
    internal sealed class Play
    {
        private readonly Dictionary<string, object> names = new Dictionary<string, object>();
        private readonly List<IDisposable> kept = new List<IDisposable>();

        internal Play(string scenarios, SandboxClient sandbox, string directory)
        {
            Scenarios = scenarios;
            Sandbox = sandbox;
            Directory = directory;
            names["sandbox"] = sandbox.Url;
            names["authority"] = sandbox.Url.Replace("http://", "");
            names["directory"] = directory;
        }

        internal string Scenarios { get; }

        internal SandboxClient Sandbox { get; }

        internal string Directory { get; }

        internal void Bind(string name, string text)
        {
            names[name] = text;
        }

        internal object Named(string name)
        {
            object value;
            if (!names.TryGetValue(name, out value))
            {
                throw new Failed($"there is nothing of the name {name}");
            }
            return value;
        }

        /// <summary>Has it disposed of when the scenario ends.</summary>
        internal T Keep<T>(T value)
        {
            var disposable = value as IDisposable;
            if (disposable != null)
            {
                // What runs in the background has things to keep too.
                lock (kept)
                {
                    kept.Add(disposable);
                }
            }
            return value;
        }

        /// <summary>Plays all of it; gives what went wrong, null for nothing.</summary>
        internal string Run(Section section)
        {
            var number = 0;
            try
            {
                foreach (Line line in section.Lines)
                {
                    number = line.Number;
                    Run(line.Words);
                }
                return null;
            }
            catch (Exception error)
            {
                string what = error is Failed ? error.Message : error.ToString().Replace('\n', ' ');
                return $"line {number}: {what}";
            }
            finally
            {
                // What is under way first.
                foreach (Work work in kept.OfType<Work>())
                {
                    work.Dispose();
                }
                foreach (IDisposable disposable in Enumerable.Reverse(kept))
                {
                    disposable.Dispose();
                }
            }
        }

        private void Run(List<string> words)
        {
            if (words[0] == "expect")
            {
                Expect(words);
                return;
            }
            string name = words.Count > 1 && words[1] == "=" ? words[0] : null;
            int verb = name == null ? 0 : 2;
            int fails = words.IndexOf("fails", verb);
            int end = fails < 0 ? words.Count : fails;
            Step step = new Step(this, words[verb], Pairs(words, verb + 1, end).ToDictionary(
                argument => argument.Key, argument => argument.Value));
            Outcome outcome = Outcome.Of(() => Verbs.Run(step));
            if (fails >= 0)
            {
                outcome.Check(Step.StatusNamed(words[fails + 1]), Pairs(words, fails + 2, words.Count));
            }
            else if (outcome.Error != null)
            {
                throw new Failed($"{outcome}, and expected was success");
            }
            else if (name != null)
            {
                names[name] = outcome.Result ?? throw new Failed($"{step.Verb} gives nothing");
            }
        }

        private void Expect(List<string> words)
        {
            if (words.Count != 4)
            {
                throw new Failed("expect takes a value, an operator and a value");
            }
            string left = Replaced(words[1]), right = Replaced(words[3]);
            if (!Holds(left, words[2], right))
            {
                throw new Failed($"found was '{left}', and expected that it {words[2]} '{right}'");
            }
        }

        private static bool Holds(string left, string how, string right)
        {
            switch (how)
            {
                case "is":
                    return left == right;
                case "is_not":
                    return left != right;
                case "begins":
                    return left.StartsWith(right, StringComparison.Ordinal);
                case "ends":
                    return left.EndsWith(right, StringComparison.Ordinal);
                case "has":
                    return left.Contains(right);
                case "lacks":
                    return !left.Contains(right);
                case "has_length":
                    return Encoding.UTF8.GetByteCount(left) == Step.NumberOf(right);
                case "at_least":
                    return Step.NumberOf(left) >= Step.NumberOf(right);
                case "at_most":
                    return Step.NumberOf(left) <= Step.NumberOf(right);
                default:
                    throw new Failed($"there is no operator {how}");
            }
        }

        private List<KeyValuePair<string, string>> Pairs(List<string> words, int begin, int end)
        {
            return words.Skip(begin).Take(end - begin).Select(word =>
            {
                int equals = word.IndexOf('=');
                if (equals < 0)
                {
                    throw new Failed($"{word} has no value");
                }
                return new KeyValuePair<string, string>(
                    word.Substring(0, equals), Replaced(word.Substring(equals + 1)));
            }).ToList();
        }

        private string Replaced(string word)
        {
            return Regex.Replace(word, @"\$\{([^}.]*)(?:\.([^}]*))?\}", match =>
            {
                object value = Named(match.Groups[1].Value);
                return match.Groups[2].Success
                    ? Fields.Of(value, match.Groups[2].Value)
                    : value as string ?? throw new Failed($"{match.Groups[1].Value} is no text");
            });
        }
    }
}
