package org.yinxin.conformance;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Judges every *.ofd under YINXIN_OFD_DIR (or -Dofd.dir). Files in a folder named {@code invalid} must be
 * refused; all others must hold, and must stop holding as soon as one byte of them is changed.
 */
class LicenseFilesTest {
    private static final Pattern DIGIT_SHOWN = Pattern.compile("<(?:\\w+:)?TextCode[^>]*>[^<]*?(\\d)");

    @TestFactory
    Stream<DynamicTest> validFilesHold() throws IOException {
        return files(false).map(f -> DynamicTest.dynamicTest(name(f), () -> holds(f)));
    }

    @TestFactory
    Stream<DynamicTest> invalidFilesAreRefused() throws IOException {
        return files(true).map(f -> DynamicTest.dynamicTest(name(f), () -> refused(f)));
    }

    @TestFactory
    Stream<DynamicTest> changedPageIsRefused() throws IOException {
        return files(false).map(f -> DynamicTest.dynamicTest(name(f), () -> {
            byte[] changed = changePage(OfdPackage.read(Files.readAllBytes(f)));
            assertThrows(Exception.class, () -> LicenseFile.byOfdrw(changed), "ofdrw accepts a changed page");
            assertThrows(Exception.class, () -> LicenseFile.byProof(changed), "a changed page still proves");
        }));
    }

    @TestFactory
    Stream<DynamicTest> changedSealIsRefused() throws IOException {
        return files(false).map(f -> DynamicTest.dynamicTest(name(f), () -> {
            OfdPackage pack = OfdPackage.read(Files.readAllBytes(f));
            String seal = entry(pack, ".*/Sign_0/Seal\\.esl");
            byte[] changed = pack.get(seal).clone();
            changed[changed.length - 1] ^= 1;
            byte[] zip = pack.with(seal, changed).zip();
            assertThrows(Exception.class, () -> LicenseFile.byProof(zip), "a changed seal still proves");
        }));
    }

    @TestFactory
    Stream<DynamicTest> addedFileIsRefused() throws IOException {
        return files(false).map(f -> DynamicTest.dynamicTest(name(f), () -> {
            byte[] zip = OfdPackage.read(Files.readAllBytes(f))
                    .with("/Doc_0/Attachs/more.txt", new byte[] {'x'})
                    .zip();
            assertThrows(Exception.class, () -> LicenseFile.byProof(zip), "an added file goes unseen");
        }));
    }

    private static void holds(Path file) throws Exception {
        Path png = Path.of("target", "pages", file.getFileName().toString().replaceAll("\\.ofd$", ".png"));
        LicenseFile.Finding finding = LicenseFile.judge(Files.readAllBytes(file), png);
        System.out.println(name(file) + ": ok, " + finding);
    }

    private static void refused(Path file) throws IOException {
        byte[] data = Files.readAllBytes(file);
        Exception cause = assertThrows(Exception.class, () -> LicenseFile.byProof(data), name(file) + " is accepted");
        System.out.println(name(file) + ": refused, " + cause.getMessage());
    }

    /** Changes one digit that is shown on the page: the file stays well-formed, only the proof can tell. */
    private static byte[] changePage(OfdPackage pack) throws IOException {
        String page = entry(pack, ".*/Pages/Page_0/Content\\.xml");
        byte[] xml = pack.get(page).clone();
        Matcher digit = DIGIT_SHOWN.matcher(new String(xml, StandardCharsets.ISO_8859_1));
        assertTrue(digit.find(), "no digit on the page");
        xml[digit.start(1)] ^= 1;
        return pack.with(page, xml).zip();
    }

    private static String entry(OfdPackage pack, String pattern) {
        List<String> found = pack.names().stream().filter(n -> n.matches(pattern)).toList();
        assertFalse(found.isEmpty(), "no entry " + pattern);
        return found.get(0);
    }

    private static Stream<Path> files(boolean invalid) throws IOException {
        String dir = System.getProperty("yinxin.ofd.dir");
        assertNotNull(dir, "set YINXIN_OFD_DIR to a folder with OFD files");
        List<Path> found;
        try (Stream<Path> walk = Files.walk(Path.of(dir))) {
            found = walk.filter(p -> p.toString().endsWith(".ofd"))
                    .filter(p -> invalid == p.getParent().endsWith("invalid"))
                    .sorted()
                    .toList();
        }
        assertTrue(invalid || !found.isEmpty(), "no *.ofd in " + dir);
        return found.stream();
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }
}
