"""A large picture comes as tiles: the right pixels at the right place, few at once, and what fails is marked."""

import io

import numpy as np
import pytest
from PIL import Image

SIZE = (8000, 6000)
PIXEL = """([x, y]) => {
    const layer = document.querySelector('.ipya-layer');
    return [...layer.getContext('2d').getImageData(x, y, 1, 1).data].slice(0, 3);
}"""


def gradient(region, size, blue):
    """Red says the column, green the row, blue where it came from."""
    x, y, width, height = region
    across = np.linspace(x / SIZE[0] * 255, (x + width) / SIZE[0] * 255, size[0])
    down = np.linspace(y / SIZE[1] * 255, (y + height) / SIZE[1] * 255, size[1])
    red, green = np.meshgrid(across, down)
    out = io.BytesIO()
    Image.fromarray(np.dstack([red, green, np.full_like(red, blue)]).astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def large(canvas):
    """A picture of 8,000 × 6,000, known in a tenth of that, looked at in its middle."""
    canvas.show("large.png", size=SIZE, image=gradient((0, 0, *SIZE), (800, 600), 0))
    canvas.forget()
    for _ in range(4):
        canvas.wheel(4000, 3000, -300)
    canvas.page.wait_for_function("() => kernel.sent.some(({type}) => type === 'media')")
    return canvas


def covers(region, x, y):
    return region[0] <= x < region[0] + region[2] and region[1] <= y < region[1] + region[3]


def answer(canvas, done, *, broken=None):
    """Answer every question that is there; returns how many were new."""
    canvas.settled()
    asked = [message for message in canvas.messages("media") if tuple(message["region"]) not in done]
    for message in asked:
        done.add(tuple(message["region"]))
        media = {"id": message["id"], "key": message["key"], "region": message["region"], "mime": "image/png"}
        if broken and covers(message["region"], *broken):
            problem = {"type": "media", "note": "", **media, "problem": "Tile 3 is damaged."}
            canvas.deliver(problem)
        else:
            size = message["width"], message["height"]
            canvas.deliver_media(media, gradient(message["region"], size, 200))
    return len(asked)


def serve(canvas, **options):
    """Answer until nothing more is asked; returns all regions."""
    done: set[tuple[int, ...]] = set()
    most = answer(canvas, done, **options)
    quiet = 0
    while quiet < 3:
        new = answer(canvas, done, **options)
        most = max(most, new)
        quiet = 0 if new else quiet + 1
    assert most <= 4, "no more than four are on their way at once"
    return done


def blues(canvas):
    width, height = canvas.size
    places = [(x, y) for x in range(30, width, 120) for y in range(30, height, 90)]
    return [canvas.page.evaluate(PIXEL, place)[2] for place in places]


def test_tiles_stand_where_they_belong(large):
    before = large.page.evaluate(PIXEL, [450, 300])
    assert before[2] == 0, "the coarse picture is there until then"
    regions = serve(large)
    large.page.wait_for_function(f"() => ({PIXEL})([450, 300])[2] === 200")
    large.settled()
    assert set(blues(large)) == {200}, "all that is in sight is sharp, without a seam"
    sides = {region[2] for region in regions if region[0] + region[2] < SIZE[0]}
    assert len({side for side in sides if side % 512 == 0}) == len(sides)
    x, y = 450, 300
    red, green, _ = large.page.evaluate(PIXEL, [x, y])
    assert red == pytest.approx(4000 / SIZE[0] * 255, abs=3)
    assert green == pytest.approx(3000 / SIZE[1] * 255, abs=3)


def test_a_tile_that_cannot_be_read_is_marked_and_the_rest_comes(large):
    serve(large, broken=(4000, 3000))
    large.settled()
    seen = blues(large)
    assert 200 in seen
    assert any(0 < blue < 200 for blue in seen), "the place is marked"
    assert large.stage.get_attribute("data-state") == "ready"


def test_zooming_out_again_shows_the_picture_as_it_was(large):
    serve(large)
    large.keys("f")
    large.settled()
    assert set(blues(large)) <= {0, 255}


def test_panning_asks_for_what_comes_into_sight_only(large):
    first = serve(large)
    large.forget()
    left, top = large.corner
    for _ in range(2):
        large.page.mouse.move(left + 800, top + 300)
        large.page.mouse.down(button="middle")
        large.page.mouse.move(left + 100, top + 300, steps=5)
        large.page.mouse.up(button="middle")
    large.page.wait_for_function("() => kernel.sent.some(({type}) => type === 'media')")
    more = serve(large)
    assert more
    assert not first & more, "what is there is not asked for again"


def test_the_small_map_shows_where_one_is_and_goes_there(large):
    small = large.page.locator(".ipya-minimap")
    serve(large)
    place = small.bounding_box()
    assert (round(place["width"]), round(place["height"])) == (150, 113)
    large.forget()
    large.page.mouse.move(place["x"] + 1 + 150 * 0.25, place["y"] + 1 + 112 * 0.25)
    large.page.mouse.down()
    large.page.mouse.up()
    serve(large)
    red, green, blue = large.page.evaluate(PIXEL, [450, 300])
    assert (red, green) == pytest.approx((255 * 0.25, 255 * 0.25), abs=5)
    assert blue == 200
    assert large.changes() == [], "nothing is drawn through it"
    large.keys("z")
    assert not small.is_visible()
    large.keys("z")
    assert small.is_visible()
    large.keys("f")
    large.settled()
    assert not small.is_visible(), "all of the picture is in sight"


def test_the_picture_is_adjusted_on_the_screen_and_from_python(canvas):
    look = "() => getComputedStyle(document.querySelector('.ipya-layer')).filter"
    assert canvas.page.evaluate(look) == "none"
    canvas.keys("Shift+l")
    panel = canvas.page.get_by_role("group", name="How the picture is shown")
    bright = panel.get_by_role("slider", name="Brightness")
    bright.fill("30")
    assert "url(" in canvas.page.evaluate(look)
    assert canvas.page.evaluate("() => kernel.set.at(-1)") == ["adjust", {"brightness": 30}]
    panel.get_by_label("Black at").fill("100")
    panel.get_by_label("White at").fill("900")
    panel.get_by_label("White at").press("Tab")
    told = {"brightness": 30, "window": [100, 900]}
    assert canvas.page.evaluate("() => kernel.set.at(-1)") == ["adjust", told]
    canvas.show("b.png")
    assert bright.input_value() == "30", "it stays for the next picture"
    canvas.put(adjust={"invert": True})
    assert panel.get_by_label("Inverted").is_checked()
    assert bright.input_value() == "0"
    panel.get_by_role("button", name="As it is").click()
    assert canvas.page.evaluate(look) == "none"
    canvas.page.keyboard.press("Escape")
    assert not panel.is_visible()
    assert canvas.changes() == [], "it is no annotation"


def test_an_inverted_picture_looks_inverted(canvas):
    canvas.show("grey.png", image=gradient((0, 0, *SIZE), (640, 480), 10))
    canvas.put(adjust={"invert": True})
    canvas.settled()
    shot = Image.open(io.BytesIO(canvas.stage.screenshot())).convert("RGB")
    assert shot.getpixel((450, 300)) == pytest.approx((127, 127, 245), abs=4)
