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

/** Judges every folder under YINXIN_PREVIEW_DIR: the preview in the editor against the license that was issued. */
@EnabledIfEnvironmentVariable(named = "YINXIN_PREVIEW_DIR", matches = ".+")
class PreviewTest {
    @TestFactory
    Stream<DynamicTest> issuedLicenseEqualsItsPreview() throws IOException {
        return folders().stream().map(f -> DynamicTest.dynamicTest(name(f), () -> {
            Preview p = new Preview(f);
            int items = p.compareText();
            double apart = p.farthest(0);
            System.out.printf("%s: %d indexed items agree, preview and ofdrw lie %.2f mm apart at most%n", name(f), items, apart);
            assertTrue(apart <= Preview.TOLERANCE_MM, "preview and file lie " + apart + " mm apart");
        }));
    }

    /** The comparison sees a shift of one millimetre. */
    @TestFactory
    Stream<DynamicTest> shiftIsSeen() throws IOException {
        return folders().stream()
                .map(f -> DynamicTest.dynamicTest(
                        name(f), () -> assertTrue(new Preview(f).farthest(1) > Preview.TOLERANCE_MM, "a shift goes unseen")));
    }

    private static List<Path> folders() throws IOException {
        try (Stream<Path> walk = Files.walk(Path.of(System.getenv("YINXIN_PREVIEW_DIR")))) {
            List<Path> found = walk.filter(p -> p.endsWith("preview.properties"))
                    .map(Path::getParent)
                    .sorted()
                    .toList();
            assertTrue(!found.isEmpty(), "no preview.properties");
            return found;
        }
    }

    private static String name(Path folder) {
        return folder.getFileName().toString();
    }
}
