class Node:
    pass


Argument = Target = object
