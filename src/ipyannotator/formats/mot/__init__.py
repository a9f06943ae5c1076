"""MOTChallenge: the tracks of one video (https://motchallenge.net/instructions/).

    gt/gt.txt                frame, id, left, top, width, height, flag, class, visibility: a line for each box
    gt/labels.txt            the names of the classes 1, 2, …, one a line; without it, those of the challenge
    gt/tracks.json           ours: the names of tracks that are no numbers, and from which id on boxes have no track
    seqinfo.ini, img1/       how many frames, how large; the pictures, 000001.jpg being the first

The first frame is 1, and so is the first pixel: a box at the top left corner has `left` and `top` 1. Here pixels count
from 0, so 1 is taken away in reading and added in writing. The flag 0 means that evaluation passes the box over,
which is the attribute `ignored`; the visibility is an attribute from 0 to 1, and is 1 where nothing is said. The class
-1 means none.

Frames are the items in their order, so pictures are copied to `img1/` under their numbers. An id belongs to one object
only, so boxes without a track get ids above all others.

Read are also files of detections and results, in which the seventh value is the score, and the id -1 means no track.
With ten values in a line, the last three are a place in the world, and there is no class.
"""

from ipyannotator.formats.mot.format import Mot

__all__ = ["Mot"]
