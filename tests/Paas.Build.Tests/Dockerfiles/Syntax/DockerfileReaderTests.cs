using Paas.Build.Dockerfiles;
using Paas.Build.Dockerfiles.Checks;
using Paas.Build.Dockerfiles.Syntax;

namespace Paas.Build.Tests.Dockerfiles.Syntax;

public sealed class DockerfileReaderTests
{
    [Theory]
    [InlineData("FROM a:1 AS b", """(from "a:1" "AS" "b")""")]
    [InlineData("from --platform=linux/amd64 a", """(from ["--platform=linux/amd64"] "a")""")]
    [InlineData("RUN echo a \\\n  b", """(run "echo a   b")""")]
    [InlineData("RUN echo a \\\n# gone\n\n  b", """(run "echo a   b")""")]
    [InlineData("RUN a\\\\", """(run "a\\\\")""")]
    [InlineData("RUN a \\", """(run "a")""")]
    [InlineData("RUN [\"a\", \"b c\"]", """(run "a" "b c")""")]
    [InlineData("RUN [\"a\", 'b']", """(run "[\"a\", 'b']")""")]
    [InlineData("CMD []", "(cmd)")]
    [InlineData("ENV a b  c", """(env "a" "b  c" "")""")]
    [InlineData("ENV a=\"b c\" d=e\\ f g='h i'", """(env "a" "\"b c\"" "=" "d" "e\\ f" "=" "g" "'h i'" "=")""")]
    [InlineData("ARG a b=c d=\"e f\"", """(arg "a" "b=c" "d=\"e f\"")""")]
    [InlineData("COPY --from=x --chown=1:2 a b /c/", """(copy ["--from=x" "--chown=1:2"] "a" "b" "/c/")""")]
    [InlineData("COPY [\"a b\", \"/c\"]", """(copy "a b" "/c")""")]
    [InlineData("ADD a\t  b", """(add "a" "b")""")]
    [InlineData("HEALTHCHECK --interval=5s CMD curl  x", """(healthcheck ["--interval=5s"] "CMD" "curl  x")""")]
    [InlineData("HEALTHCHECK CMD [\"a\", \"b\"]", """(healthcheck "CMD" "a" "b")""")]
    [InlineData("HEALTHCHECK none", """(healthcheck "none")""")]
    [InlineData("ONBUILD RUN make x", """(onbuild (run "make x"))""")]
    [InlineData("VOLUME /a /b", """(volume "/a" "/b")""")]
    [InlineData("MAINTAINER Näme <a@b>", """(maintainer "Näme <a@b>")""")]
    [InlineData("RUN -- --x", """(run "--x")""")]
    [InlineData("RUN --mount=type=cache,target=\"/a b\" c", """(run ["--mount=type=cache,target=/a b"] "c")""")]
    [InlineData("\uFEFFUSER a", """(user "a")""")]
    [InlineData("#!/usr/bin/env x\nUSER a", """(user "a")""")]
    [InlineData("  # a\n\n\tUSER\ta  ", """(user "a")""")]
    [InlineData("RUN cat <<EOF\n# no comment\\\n\nEOF\nUSER a", "(run \"cat <<EOF\")\n(user \"a\")")]
    [InlineData("# escape=`\nRUN a `\n b\\\nUSER c:\\", "(run \"a  b\\\\\")\n(user \"c:\\\\\")")]
    [InlineData("RUN a\r\nUSER b\r\n", "(run \"a\")\n(user \"b\")")]
    [InlineData("FOO bar", """(foo "")""")]
    public void A_file_has_the_tree_that_BuildKit_gives_it(string text, string tree) => Assert.Equal(tree, DockerfileReader.Read(text).Dump());

    [Theory]
    [InlineData("RUN a <<EOF b\nx\nEOF", "EOF", 0, true, false, "x\n")]
    [InlineData("RUN a 3<<-X\n\tx\n\tX", "X", 3, true, true, "\tx\n")]
    [InlineData("COPY <<'a b' /c\n$x\na b", "a b", 0, false, false, "$x\n")]
    [InlineData("COPY <<\"E\"OF /c\nEOF", "EOF", 0, false, false, "")]
    [InlineData("ONBUILD RUN <<E\nx\nE", "E", 0, true, false, "x\n")]
    public void A_document_is_what_its_word_says(string text, string name, int descriptor, bool expand, bool stripTabs, string content) =>
        Assert.Equal(new Heredoc(name, descriptor, expand, stripTabs, content), Assert.Single(Assert.Single(DockerfileReader.Read(text).Instructions).Heredocs));

    [Fact]
    public void Several_documents_follow_in_their_order()
    {
        var node = Assert.Single(DockerfileReader.Read("COPY <<a <<-b /x/\n1\na\n\t2\n\tb\n").Instructions);
        Assert.Equal(["1\n", "2\n"], node.Heredocs.Select(document => document.Text));
        Assert.Equal((1, 5), (node.StartLine, node.EndLine));
    }

    [Theory]
    [InlineData("RUN [\"a\", \"<<E\"]\nUSER b")]
    [InlineData("USER <<E\nUSER b")]
    [InlineData("RUN echo '<<E'\nUSER b")]
    [InlineData("RUN a <<<b\nUSER b")]
    public void What_only_looks_like_a_document_is_none(string text) => Assert.Equal(2, DockerfileReader.Read(text).Instructions.Count);

    [Theory]
    [InlineData("# only\n", 0, "file with no instructions")]
    [InlineData("FROM a\nENV a", 2, "ENV must have two arguments")]
    [InlineData("FROM a\nENV a=b c", 2, "Syntax error - can't find = in \"c\". Must be of the form: name=value")]
    [InlineData("CMD [[\"a\"]]", 1, "when using JSON array syntax, arrays must be comprised of strings only")]
    [InlineData("FROM a\nRUN <<E\nx", 2, "unterminated heredoc: no line is E")]
    [InlineData("# escape=x\nFROM a", 1, "invalid escape token 'x' does not match ` or \\")]
    [InlineData("# escape=`\n# escape=\\\nFROM a", 2, "only one escape parser directive can be used")]
    public void What_cannot_be_read_is_refused_with_its_line(string text, int line, string message)
    {
        var error = Assert.Throws<DockerfileException>(() => DockerfileReader.Read(text));
        Assert.Equal((line, message), (error.Line, error.Message));
    }

    [Fact]
    public void An_error_shows_its_line_and_points_at_the_word()
    {
        var error = new DockerfileException("unknown flag: --fro (did you mean from?)", 2, "--fro=x");
        Assert.Equal(
            "Dockerfile:2: unknown flag: --fro (did you mean from?)\n   2 | \tCOPY --fro=x a b\n     | \t     ^^^^^^^",
            error.Describe("Dockerfile", "FROM a\n\tCOPY --fro=x a b\n"));
    }

    [Fact]
    public void An_empty_line_within_an_instruction_is_warned_of() =>
        Assert.Equal(new CheckWarning(CheckRule.NoEmptyContinuation, "Empty continuation line", 1, 3), Assert.Single(DockerfileReader.Read("RUN a \\\n\n b").Warnings));
}
