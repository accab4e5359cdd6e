"""The fairness view: do levels, classes and recommendations hold for every group alike?"""
