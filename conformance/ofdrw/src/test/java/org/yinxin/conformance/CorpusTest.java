package org.yinxin.conformance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Judges the files of the command corpus, in the folder YINXIN_CORPUS_DIR: all must hold. */
@EnabledIfEnvironmentVariable(named = "YINXIN_CORPUS_DIR", matches = ".+")
class CorpusTest {
    /** Fewer are not the corpus. */
    private static final int FEWEST = 200;

    @TestFactory
    Stream<DynamicTest> corpusHolds() throws IOException {
        try (Stream<Path> all = Files.list(Path.of(System.getenv("YINXIN_CORPUS_DIR")))) {
            List<Path> files = all.filter(p -> p.toString().endsWith(".ofd")).sorted().toList();
            assertTrue(files.size() >= FEWEST, "only " + files.size() + " files");
            return files.stream().map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> holds(f)));
        }
    }

    private static void holds(Path file) throws Exception {
        String name = file.getFileName().toString();
        Path png = Path.of("target", "corpus", name.replaceAll("\\.ofd$", ".png"));
        LicenseFile.Finding finding = LicenseFile.judge(Files.readAllBytes(file), png);
        int seals = Integer.parseInt(name.replaceAll(".*-(\\d)\\.ofd$", "$1"));
        Mismatch.unless(finding.seals() == seals, finding.seals() + " seals, made with " + seals);
    }
}
